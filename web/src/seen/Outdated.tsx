import { Alert } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { Moment } from '../components/parts';
import type { Newest } from './useSeenWrite';

/** Somebody else was first: who and when, what it says now, and that what was typed is still there. */
export function Outdated({ newest, children }: { newest: Newest | undefined; children?: ReactNode }) {
  const { t } = useTranslation();
  return (
    <Alert
      type="warning"
      showIcon
      role="alert"
      title={
        newest ? (
          <>
            {t('seen.by', { name: newest.changed_by || t('seen.somebody'), version: newest.version })} · <Moment at={newest.changed_at} />
          </>
        ) : (
          t('seen.unknown')
        )
      }
      description={
        <div className="stack tight">
          {children}
          <div>{t('seen.hint')}</div>
        </div>
      }
    />
  );
}

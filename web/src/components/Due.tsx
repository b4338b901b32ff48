import { useTranslation } from 'react-i18next';

import type { Deadline } from '../api/client';
import { useOverview } from '../api/queries';
import { Dot, Moment } from './parts';

/** A deadline: when it is, and whether it has passed by the node's clock. */
export function Due({ deadline }: { deadline: Deadline | undefined }) {
  const { t } = useTranslation();
  const now = useOverview().data?.now;
  if (!deadline?.due_at) return deadline ? <span className="muted">{t('case.standsStill')}</span> : null;
  const late = deadline.running && now !== undefined && Date.parse(deadline.due_at) < Date.parse(now);
  return (
    <span className="state">
      {late ? <Dot colour="#cf1322" /> : null}
      <span className={deadline.running ? undefined : 'muted'}>
        <Moment at={deadline.due_at} />
        {late ? <b> · {t('case.overdue')}</b> : null}
        {deadline.provisional ? <span title={t('cases.provisionalHint')}> · {t('cases.provisional')}</span> : null}
      </span>
    </span>
  );
}

import { Alert } from 'antd';
import { useTranslation } from 'react-i18next';

import type { CaseDetail, CaseItem } from '../../api/client';
import { HistoryLine } from '../case/History';

/** Says that the case was decided by somebody else, and where the node has told it already, by whom and how. */
export function Gone({ item, detail }: { item: CaseItem; detail?: CaseDetail }) {
  const { t } = useTranslation();
  const lines = (detail?.history ?? []).filter(({ sequence }) => sequence > item.version);
  return (
    <Alert
      type="warning"
      showIcon
      role="alert"
      title={t('review.gone')}
      description={
        <div className="stack tight">
          {lines.map((line) => (
            <HistoryLine key={line.sequence} line={line} />
          ))}
          <div>{t('review.goneHint')}</div>
        </div>
      }
    />
  );
}

import { Card } from 'antd';
import { useTranslation } from 'react-i18next';

import type { CaseDetail } from '../../api/client';
import { Due } from '../../components/Due';

/** Until when the stages of a case must be over. */
export function Deadlines({ item }: { item: CaseDetail }) {
  const { t } = useTranslation();
  if (item.deadlines.length === 0) return null;
  return (
    <Card size="small" title={t('case.deadlines')}>
      <dl className="facts">
        {item.deadlines.map((deadline) => (
          <Line key={deadline.stage} name={t(`stage.${deadline.stage}`)}>
            <Due deadline={deadline} />
            {deadline.extensions > 0 ? <span className="muted">{` · ${t('action.extend')} × ${deadline.extensions}`}</span> : null}
          </Line>
        ))}
      </dl>
    </Card>
  );
}

function Line({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

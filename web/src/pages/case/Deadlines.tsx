import { Card } from 'antd';
import { useTranslation } from 'react-i18next';

import type { CaseDetail } from '../../api/client';
import { Due } from '../../components/Due';

/** Until when the stages of a case must be over. */
export function Deadlines({ item }: { item: CaseDetail }) {
  const { t } = useTranslation();
  // A stage that is over has no deadline any more; one that waits for the end of a suspension has.
  const shown = item.deadlines.filter((each) => each.due_at || item.state === 'suspended');
  if (shown.length === 0) return null;
  return (
    <Card size="small" title={t('case.deadlines')}>
      <dl className="facts">
        {shown.map((deadline) => (
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

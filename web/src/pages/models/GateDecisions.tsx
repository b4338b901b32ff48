import { Collapse, Table, type TableProps } from 'antd';
import { useTranslation } from 'react-i18next';

import type { GateDecision } from '../../api/client';
import { Mark, Moment } from '../../components/parts';
import type { Family } from '../../domain/models';

type Line = GateDecision['lines'][number];
/** What the gate compares: families of classes, time and events. */
type Aim = Family | 'speed' | 'events';

/** What the gate measured and decided, the latest first. */
export function GateDecisions({ decisions }: { decisions: readonly GateDecision[] }) {
  const { t } = useTranslation();
  if (decisions.length === 0) return <span className="muted">{t('models.noGate')}</span>;
  const write = (value: number) => (Math.abs(value) <= 1 ? value.toFixed(3) : value.toFixed(1));
  const columns: TableProps<Line>['columns'] = [
    { title: t('models.family'), key: 'family', render: (_, line) => t(`models.families.${line.family as Aim}`) },
    { title: t('models.data'), dataIndex: 'data' },
    { title: t('models.inService'), key: 'service', align: 'right', render: (_, line) => write(line.in_service) },
    { title: t('models.challenger'), key: 'challenger', align: 'right', render: (_, line) => write(line.challenger) },
    { title: t('models.allowed'), key: 'allowed', align: 'right', render: (_, line) => write(line.allowed) },
    {
      title: <span className="unseen">{t('table.outcome')}</span>,
      key: 'passed',
      render: (_, line) => <Mark colour={line.passed ? '#389e0d' : '#cf1322'}>{t(line.passed ? 'models.passed' : 'models.failed')}</Mark>,
    },
  ];
  return (
    <Collapse
      size="small"
      items={decisions.map((decision) => ({
        key: decision.at + decision.challenger,
        label: (
          <span className="row wrap">
            <Mark colour={decision.accepted ? '#389e0d' : '#cf1322'}>{t(decision.accepted ? 'models.accepted' : 'models.notAccepted')}</Mark>
            <span className="mono">{t('models.against', { challenger: decision.challenger, service: decision.in_service })}</span>
            <span className="muted">{t('models.aim', { aim: t(`models.families.${decision.aim as Aim}`) })}</span>
            <span className="muted">
              <Moment at={decision.at} />
            </span>
          </span>
        ),
        children: (
          <>
            {decision.reasons.map((reason) => (
              <p key={reason}>{reason}</p>
            ))}
            <Table<Line> size="small" rowKey={(line) => `${line.family} ${line.data}`} columns={columns} dataSource={[...decision.lines]} pagination={false} />
          </>
        ),
      }))}
    />
  );
}

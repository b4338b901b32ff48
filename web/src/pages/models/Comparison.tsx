import { Drawer, Table, type TableProps } from 'antd';
import { useTranslation } from 'react-i18next';

import type { ModelComparison } from '../../api/client';
import { useComparison } from '../../api/models';
import { Failure } from '../../components/parts';
import { GateDecisions } from './GateDecisions';

type Pair = ModelComparison['figures'][number];

/** Two models side by side: every figure, and what the gate said of the two. */
export function Comparison({ first, second, onClose }: { first: string; second: string; onClose: () => void }) {
  const { t } = useTranslation();
  const found = useComparison(first, second);
  const write = (value: number | null) => (value === null ? '–' : Math.abs(value) <= 1 ? value.toFixed(3) : value.toFixed(1));
  const columns: TableProps<Pair>['columns'] = [
    { title: t('models.figure'), key: 'figure', render: (_, pair) => <span className="mono">{pair.figure}</span>, sorter: (a, b) => a.figure.localeCompare(b.figure) },
    { title: first, key: 'first', align: 'right', render: (_, pair) => write(pair.first) },
    { title: second, key: 'second', align: 'right', render: (_, pair) => write(pair.second) },
    {
      title: t('models.difference'),
      key: 'difference',
      align: 'right',
      sorter: (a, b) => (a.difference ?? 0) - (b.difference ?? 0),
      render: (_, { difference }) => (difference === null ? '–' : <b>{`${difference > 0 ? '+' : ''}${write(difference)}`}</b>),
    },
  ];
  return (
    <Drawer open size={860} title={t('models.compareTitle', { first, second })} onClose={onClose}>
      {found.isError ? <Failure error={found.error} onRetry={() => void found.refetch()} /> : null}
      <div className="stack">
        <GateDecisions decisions={found.data?.decisions ?? []} />
        <Table<Pair> size="small" rowKey="figure" columns={columns} dataSource={[...(found.data?.figures ?? [])]} loading={found.isPending} pagination={false} />
      </div>
    </Drawer>
  );
}

import { Table, type TableProps } from 'antd';
import { memo, useMemo, type ReactNode } from 'react';
import { Link, useNavigate } from 'react-router';

import type { CaseItem } from '../../api/client';
import { Due } from '../../components/Due';
import { useNames } from '../../components/names';
import { DepartmentName, MatterName, Moment, StateMark } from '../../components/parts';
import { useHeight } from '../../components/useHeight';
import { nextDeadline, shortId } from '../../domain/cases';

const ROW_PX = 40;
/** How many rows before the end more are asked for. */
const EARLY = 30;
const MOST_CHOSEN = 100;

interface Props {
  items: readonly CaseItem[];
  pending: boolean;
  /** Ids of the chosen ones; undefined where nothing can be done with them. */
  chosen: readonly string[] | undefined;
  onChoose: (ids: string[]) => void;
  onEnd: () => void;
  empty: ReactNode;
}

/** Cases as rows, drawn as they are scrolled to. */
export const CaseTable = memo(function CaseTable({ items, pending, chosen, onChoose, onEnd, empty }: Props) {
  const [box, height] = useHeight();
  const columns = useColumns();
  const selection = useSelection(chosen, onChoose);
  const navigate = useNavigate();
  const onRow = useMemo<TableProps<CaseItem>['onRow']>(
    () => (item) => ({
      style: { cursor: 'pointer' },
      onClick: (event) => {
        if (!(event.target as Element).closest('a, .ant-table-selection-column')) void navigate(`/cases/${encodeURIComponent(item.case_id)}`);
      },
    }),
    [navigate],
  );
  return (
    <div ref={box} className="panel" style={{ flex: 1 }}>
      <Table<CaseItem>
        virtual={items.length > 0}
        size="small"
        rowKey="case_id"
        rowSelection={selection}
        columns={columns}
        dataSource={items}
        loading={pending}
        pagination={false}
        // An empty table has nothing in it that the keyboard could scroll to.
        {...(items.length > 0 ? { scroll: { x: 1290, y: Math.max(height - ROW_PX, 120) } } : {})}
        onScroll={({ currentTarget: { scrollTop, clientHeight } }) => {
          if (scrollTop + clientHeight > (items.length - EARLY) * ROW_PX) onEnd();
        }}
        onRow={onRow}
        locale={{ emptyText: pending ? ' ' : empty }}
      />
    </div>
  );
});

function useSelection(chosen: readonly string[] | undefined, onChoose: (ids: string[]) => void) {
  const { t } = useNames();
  return useMemo<TableProps<CaseItem>['rowSelection']>(
    () =>
      chosen && {
        selectedRowKeys: [...chosen],
        columnWidth: 40,
        columnTitle: <span className="hidden">{t('cases.bulk')}</span>,
        getCheckboxProps: ({ case_id: id }) => ({ 'aria-label': id }),
        onChange: (keys) => onChoose(keys.map(String).slice(0, MOST_CHOSEN)),
      },
    [t, chosen, onChoose],
  );
}

/** A cell is drawn anew when its case has changed; what is around it, when more rows come, does not concern it. */
function changed(item: CaseItem, before: CaseItem): boolean {
  return item !== before;
}

function useColumns(): TableProps<CaseItem>['columns'] {
  const { t } = useNames();
  return useMemo(() => {
    const columns: TableProps<CaseItem>['columns'] = [
      { title: t('cases.case'), key: 'case', width: 184, render: (_, item) => <CaseLink id={item.case_id} /> },
      { title: t('cases.matter'), key: 'matter', width: 150, render: (_, item) => <Matter item={item} /> },
      { title: t('cases.state'), key: 'state', width: 190, render: (_, item) => <StateMark state={item.state} resolution={item.resolution} /> },
      { title: t('cases.opened'), key: 'opened', width: 128, render: (_, item) => <Moment at={item.opened_at} /> },
      { title: t('cases.due'), key: 'due', width: 150, render: (_, item) => <Due deadline={nextDeadline(item.deadlines)} /> },
      { title: t('cases.updated'), key: 'updated', width: 112, render: (_, item) => <Moment at={item.updated_at} relative /> },
      { title: t('cases.cell'), key: 'cell', width: 146, render: (_, item) => <Cell item={item} /> },
      { title: t('cases.department'), key: 'department', width: 130, render: (_, item) => <DepartmentName id={item.department} /> },
      { title: t('cases.cameras'), key: 'cameras', width: 130, render: (_, item) => <Cameras ids={item.camera_ids} /> },
    ];
    return columns.map((column) => ({ ...column, className: 'clip', shouldCellUpdate: changed }));
  }, [t]);
}

export function CaseLink({ id }: { id: string }) {
  return (
    <Link className="mono" to={`/cases/${encodeURIComponent(id)}`}>
      {shortId(id)}
    </Link>
  );
}

function Matter({ item }: { item: CaseItem }) {
  const { t } = useNames();
  return (
    <>
      <MatterName code={item.matter} />
      {item.recurrence_of ? <span className="muted"> · {t('cases.again')}</span> : null}
    </>
  );
}

function Cell({ item }: { item: CaseItem }) {
  const { t } = useNames();
  const [cell] = item.grid;
  if (!cell) return null;
  return (
    <span className="mono" title={cell.ambiguous ? t('cases.ambiguous') : undefined}>
      {cell.code}
      {cell.ambiguous ? ' ?' : ''}
    </span>
  );
}

function Cameras({ ids }: { ids: readonly string[] }) {
  const { camera } = useNames();
  const text = ids.map((id) => camera(id)).join(', ');
  return <span title={text}>{text}</span>;
}

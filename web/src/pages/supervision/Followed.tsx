import { Button, Segmented, Select, Table, type TableProps } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { Failure, Nothing } from '../../components/parts';

interface Query<T> {
  data?: { pages: { items: T[] }[] };
  error: unknown;
  isError: boolean;
  isPending: boolean;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  refetch: () => unknown;
  fetchNextPage: () => unknown;
}

interface Props<T> {
  /** Only open ones, only ended ones, or all. */
  open: boolean | undefined;
  onOpen: (open: boolean | undefined) => void;
  choice: { label: string; value: string | undefined; options: { value: string; label: string }[]; onChange: (value: string | undefined) => void };
  query: Query<T>;
  rowKey: keyof T & string;
  columns: TableProps<T>['columns'];
  empty: { title: string; hint: string };
  /** At the end of the bar. */
  actions?: ReactNode;
  /** Between the bar and the list. */
  children?: ReactNode;
}

export function itemsOf<T>(data: Query<T>['data']): T[] {
  return data?.pages.flatMap((page) => page.items) ?? [];
}

/** What is followed until it is done: a list by its state, narrowed by one choice, a page at a time. */
export function Followed<T extends object>({ open, onOpen, choice, query, rowKey, columns, empty, actions, children }: Props<T>) {
  const { t } = useTranslation();
  return (
    <>
      <div className="row wrap">
        <Segmented
          aria-label={t('supervision.state')}
          value={open === undefined ? 'all' : open ? 'open' : 'ended'}
          options={(['open', 'ended', 'all'] as const).map((value) => ({ value, label: t(`supervision.${value}`) }))}
          onChange={(value) => onOpen(value === 'all' ? undefined : value === 'open')}
        />
        <Select
          aria-label={choice.label}
          placeholder={choice.label}
          style={{ width: 180 }}
          allowClear
          value={choice.value}
          options={choice.options}
          onChange={choice.onChange}
        />
        <span className="grow" />
        {actions}
      </div>
      {query.isError ? <Failure error={query.error} onRetry={() => void query.refetch()} /> : null}
      {children}
      <Table<T>
        size="small"
        rowKey={rowKey}
        columns={columns}
        dataSource={itemsOf(query.data)}
        loading={query.isPending}
        pagination={false}
        locale={{ emptyText: query.isPending || query.isError ? ' ' : <Nothing title={open === false ? t('supervision.noneEnded') : empty.title} hint={empty.hint} /> }}
      />
      {query.hasNextPage ? (
        <Button onClick={() => void query.fetchNextPage()} loading={query.isFetchingNextPage}>
          {t('supervision.more')}
        </Button>
      ) : null}
    </>
  );
}

import { Button, Popconfirm, Table, type TableProps } from 'antd';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import type { Schemas } from '../api/client';
import { Refused } from '../camera/Faults';
import { Failure, Moment, Nothing } from '../components/parts';

/** A version without what the file said. `changed_at` null: it comes with the program. */
export type VersionItem = Omit<Schemas['VersionLine'], 'changed_at'> & { changed_at: string | null };

interface Query {
  data?: { pages: { items: VersionItem[] }[] };
  error: unknown;
  isError: boolean;
  isPending: boolean;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  refetch: () => unknown;
  fetchNextPage: () => unknown;
}

interface Props {
  inForce: number;
  versions: Query;
  /** What came before the first version, where it can be compared and brought back. */
  first?: VersionItem;
  /** Compares a version with what holds. */
  comparison: (number: number, onDone: () => void) => ReactNode;
}

/** Everything a file has ever said, newest first, each to be compared with what holds now. */
export function Versions({ inForce, versions, first, comparison }: Props) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<number>();
  const known = versions.data?.pages.flatMap((page) => page.items) ?? [];
  const items = first && versions.data && !versions.hasNextPage ? [...known, first] : known;
  const columns: TableProps<VersionItem>['columns'] = [
    {
      title: t('versions.version'),
      key: 'version',
      width: 110,
      render: (_, { version }) => (
        <>
          {version} {version === inForce ? <b>{t('versions.inForce')}</b> : null}
        </>
      ),
    },
    { title: t('versions.when'), key: 'when', width: 130, render: (_, { changed_at: at }) => (at === null ? '—' : <Moment at={at} />) },
    {
      title: t('versions.who'),
      key: 'who',
      width: 150,
      render: (_, { changed_by: who, origin }) => who || (origin === 'shipped' ? '—' : t('versions.byHand')),
    },
    { title: t('versions.how'), key: 'how', width: 130, render: (_, { origin }) => t(`versions.origin.${origin}`) },
    { title: t('saving.note'), dataIndex: 'note', ellipsis: true },
    {
      title: <span className="unseen">{t('versions.compare')}</span>,
      key: 'compare',
      width: 130,
      render: (_, { version }) =>
        version === inForce ? null : (
          <Button
            size="small"
            type={chosen === version ? 'primary' : 'default'}
            aria-label={`${t('versions.compare')} ${version}`}
            onClick={() => setChosen(version)}
          >
            {t('versions.compare')}
          </Button>
        ),
    },
  ];
  if (versions.isError) return <Failure error={versions.error} onRetry={() => void versions.refetch()} />;
  return (
    <div className="stack">
      <p className="muted">{t('versions.hint')}</p>
      <Table<VersionItem>
        size="small"
        rowKey="version"
        columns={columns}
        dataSource={items}
        loading={versions.isPending}
        pagination={false}
        scroll={items.length ? { y: 260 } : undefined}
        locale={{ emptyText: versions.isPending ? ' ' : <Nothing title={t('versions.empty')} hint={t('versions.emptyHint')} /> }}
      />
      {versions.hasNextPage ? (
        <Button loading={versions.isFetchingNextPage} onClick={() => void versions.fetchNextPage()}>
          {t('versions.more')}
        </Button>
      ) : null}
      {chosen === undefined || chosen === inForce ? null : <div key={chosen}>{comparison(chosen, () => setChosen(undefined))}</div>}
    </div>
  );
}

interface ComparisonProps {
  number: number;
  inForce: number;
  same: boolean;
  mayRestore: boolean;
  restoring: { isPending: boolean; error: unknown };
  onRestore: () => void;
  children: ReactNode;
}

/** What differs between an earlier version and the one in force; the earlier one can be brought back. */
export function Comparison({ number, inForce, same, mayRestore, restoring, onRestore, children }: ComparisonProps) {
  const { t } = useTranslation();
  const title = t('versions.comparison', { number, now: inForce });
  return (
    <section className="stack" aria-label={title}>
      <div className="row wrap">
        <h3 className="part">{title}</h3>
        <span className="grow" />
        {mayRestore ? (
          <Popconfirm title={t('versions.restoreSure', { number })} okText={t('versions.restore')} cancelText={t('case.cancel')} onConfirm={onRestore}>
            <Button type="primary" loading={restoring.isPending} disabled={same}>
              {t('versions.restore')}
            </Button>
          </Popconfirm>
        ) : null}
      </div>
      {restoring.error ? <Refused error={restoring.error} /> : null}
      {same ? <p className="muted">{t('versions.same')}</p> : null}
      {children}
    </section>
  );
}

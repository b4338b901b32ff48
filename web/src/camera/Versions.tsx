import { App, Button, Popconfirm, Table, type TableProps } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { keptOf, useRestore, useVersion, useVersions, type VersionItem } from '../api/configuration';
import { Failure, Moment, Nothing } from '../components/parts';
import { ZonesBeside } from '../zones/ZonesBeside';
import { DifferenceList } from './Differences';
import { Refused } from './Faults';
import { differences } from './file';
import { useMayConfigure } from './SaveBar';
import type { Kept } from './draft';

/** Everything this camera's file has ever said: compared with what holds now, and brought back. */
export function Versions({ kept }: { kept: Kept }) {
  const { t } = useTranslation();
  const id = kept.file.id;
  const versions = useVersions(id);
  const items = versions.data?.pages.flatMap((page) => page.items) ?? [];
  const [chosen, setChosen] = useState<number>();
  const columns: TableProps<VersionItem>['columns'] = [
    {
      title: t('versions.version'),
      key: 'version',
      width: 110,
      render: (_, item) => (
        <>
          {item.version} {item.version === kept.version ? <b>{t('versions.inForce')}</b> : null}
        </>
      ),
    },
    { title: t('versions.when'), key: 'when', width: 130, render: (_, item) => <Moment at={item.changed_at} /> },
    { title: t('versions.who'), key: 'who', width: 130, render: (_, item) => item.changed_by || t('versions.byHand') },
    { title: t('versions.how'), key: 'how', width: 110, render: (_, item) => t(`versions.origin.${item.origin}`) },
    { title: t('saving.note'), dataIndex: 'note', ellipsis: true },
    {
      title: <span className="unseen">{t('versions.compare')}</span>,
      key: 'compare',
      width: 130,
      render: (_, item) =>
        item.version === kept.version ? null : (
          <Button size="small" type={chosen === item.version ? 'primary' : 'default'} onClick={() => setChosen(item.version)}>
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
        scroll={{ y: 260 }}
        locale={{ emptyText: versions.isPending ? ' ' : <Nothing title={t('versions.empty')} hint={t('versions.emptyHint')} /> }}
      />
      {versions.hasNextPage ? (
        <Button loading={versions.isFetchingNextPage} onClick={() => void versions.fetchNextPage()}>
          {t('versions.more')}
        </Button>
      ) : null}
      {chosen === undefined ? null : <Comparison key={chosen} kept={kept} number={chosen} onRestored={() => setChosen(undefined)} />}
    </div>
  );
}

function Comparison({ kept, number, onRestored }: { kept: Kept; number: number; onRestored: () => void }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const id = kept.file.id;
  const read = useVersion(id, number);
  const restore = useRestore(id);
  const mayConfigure = useMayConfigure();
  if (read.isError) return <Failure error={read.error} onRetry={() => void read.refetch()} />;
  if (!read.data) return <p className="muted">{t('saving.waiting')}</p>;
  if (read.data.configuration === null) return <Nothing title={t('versions.retired')} />;
  const old = keptOf(read.data).file;
  const items = differences(old, kept.file);
  const bringBack = () =>
    restore.mutate(
      { version: number, etag: kept.etag },
      {
        onSuccess: ({ version }) => {
          void message.success(t('versions.restored', { version, number }));
          onRestored();
        },
      },
    );
  return (
    <section className="stack" aria-label={t('versions.comparison', { number, now: kept.version })}>
      <div className="row wrap">
        <h2 className="part">{t('versions.comparison', { number, now: kept.version })}</h2>
        <span className="grow" />
        {mayConfigure ? (
          <Popconfirm
            title={t('versions.restoreSure', { number })}
            okText={t('versions.restore')}
            cancelText={t('case.cancel')}
            onConfirm={bringBack}
          >
            <Button type="primary" loading={restore.isPending} disabled={items.length === 0}>
              {t('versions.restore')}
            </Button>
          </Popconfirm>
        ) : null}
      </div>
      {restore.isError ? <Refused error={restore.error} /> : null}
      {items.length ? <DifferenceList items={items} /> : <p className="muted">{t('versions.same')}</p>}
      <ZonesBeside
        id={id}
        sides={[
          { title: t('versions.then', { number }), zones: old.zones },
          { title: t('versions.now', { number: kept.version }), zones: kept.file.zones, ghosts: old.zones },
        ]}
      />
    </section>
  );
}

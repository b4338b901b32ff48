import { Button, Popconfirm, Table, type TableProps } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import {
  useDocumentVersion,
  useDocumentVersions,
  useRestoreDocument,
  type DocumentSaved,
  type DocumentVersion,
  type KeptDocument,
} from '../../api/documents';
import { Refused } from '../../camera/Faults';
import { Failure, Moment, Nothing } from '../../components/parts';
import { changesOf } from '../../domain/documents';
import { DocumentChanges } from './DocumentChanges';

interface Props {
  kept: KeptDocument;
  mayChange: boolean;
  onRestored: (saved: DocumentSaved) => void;
}

/** Everything a document has said: compared with what holds now, and brought back. */
export function DocumentVersions({ kept, mayChange, onRestored }: Props) {
  const { t } = useTranslation();
  const versions = useDocumentVersions(kept.name);
  const [chosen, setChosen] = useState<number>();
  const items = versions.data?.pages.flatMap((page) => page.items) ?? [];
  const columns: TableProps<DocumentVersion>['columns'] = [
    {
      title: t('versions.version'),
      key: 'version',
      width: 110,
      render: (_, { version }) => (
        <>
          {version} {version === kept.version ? <b>{t('versions.inForce')}</b> : null}
        </>
      ),
    },
    { title: t('versions.when'), key: 'when', width: 130, render: (_, { changed_at: at }) => <Moment at={at} /> },
    { title: t('versions.who'), key: 'who', width: 150, render: (_, item) => item.changed_by || t('versions.byHand') },
    { title: t('versions.how'), key: 'how', width: 110, render: (_, { origin }) => t(`versions.origin.${origin}`) },
    { title: t('saving.note'), dataIndex: 'note', ellipsis: true },
    {
      title: <span className="unseen">{t('versions.compare')}</span>,
      key: 'compare',
      width: 130,
      render: (_, { version }) =>
        version === kept.version ? null : (
          <Button size="small" aria-label={`${t('versions.compare')} ${version}`} onClick={() => setChosen(version)}>
            {t('versions.compare')}
          </Button>
        ),
    },
  ];
  if (versions.isError) return <Failure error={versions.error} onRetry={() => void versions.refetch()} />;
  return (
    <div className="stack">
      <p className="muted">{t('versions.hint')}</p>
      <Table<DocumentVersion>
        size="small"
        rowKey="version"
        columns={columns}
        dataSource={items}
        loading={versions.isPending}
        pagination={false}
        locale={{ emptyText: versions.isPending ? ' ' : <Nothing title={t('versions.empty')} hint={t('versions.emptyHint')} /> }}
      />
      {versions.hasNextPage ? (
        <Button loading={versions.isFetchingNextPage} onClick={() => void versions.fetchNextPage()}>
          {t('versions.more')}
        </Button>
      ) : null}
      {chosen === undefined ? null : (
        <Comparison
          key={chosen}
          kept={kept}
          number={chosen}
          mayChange={mayChange}
          onRestored={(saved) => {
            setChosen(undefined);
            onRestored(saved);
          }}
        />
      )}
    </div>
  );
}

function Comparison({ kept, number, mayChange, onRestored }: Props & { number: number }) {
  const { t } = useTranslation();
  const old = useDocumentVersion(kept.name, number);
  const restore = useRestoreDocument(kept.name);
  if (old.isError) return <Failure error={old.error} onRetry={() => void old.refetch()} />;
  if (!old.data) return <p className="muted">{t('saving.waiting')}</p>;
  const changes = changesOf(old.data.content, kept.content);
  const title = t('versions.comparison', { number, now: kept.version });
  return (
    <section className="stack" aria-label={title}>
      <div className="row wrap">
        <h3 className="part">{title}</h3>
        <span className="grow" />
        {mayChange ? (
          <Popconfirm
            title={t('versions.restoreSure', { number })}
            okText={t('versions.restore')}
            cancelText={t('case.cancel')}
            onConfirm={() => restore.mutate({ version: number, etag: kept.etag }, { onSuccess: onRestored })}
          >
            <Button type="primary" loading={restore.isPending} disabled={changes.length === 0}>
              {t('versions.restore')}
            </Button>
          </Popconfirm>
        ) : null}
      </div>
      {restore.isError ? <Refused error={restore.error} /> : null}
      {changes.length ? <DocumentChanges changes={changes} /> : <p className="muted">{t('versions.same')}</p>}
    </section>
  );
}

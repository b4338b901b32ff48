import { Button, Table, type TableProps } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';

import { useDocument, useDocuments, type DocumentItem } from '../../api/documents';
import { Failure, Moment } from '../../components/parts';
import { Waiting } from '../../components/Waiting';
import { useLanguage } from '../../i18n';
import { DocumentEditor } from './DocumentEditor';

const KNOWN = ['calendar', 'departments', 'desk', 'control_areas', 'places', 'responders', 'teams', 'profiles'] as const;
type Known = (typeof KNOWN)[number];

function usePurpose(): (name: string) => string {
  const { t } = useTranslation();
  return (name) => (KNOWN.includes(name as Known) ? t(`settings.documents.purpose.${name as Known}`) : '');
}

/** The city's settings as documents: what each is for, who changed it last, and the one that is chosen. */
export function Documents() {
  const [asked] = useSearchParams();
  const name = asked.get('document');
  return name === null ? <List /> : <One key={name} name={name} />;
}

function List() {
  const { t } = useTranslation();
  const language = useLanguage();
  const purpose = usePurpose();
  const documents = useDocuments();
  const columns: TableProps<DocumentItem>['columns'] = [
    {
      title: t('settings.documents.document'),
      key: 'name',
      render: (_, item) => (
        <>
          <Link to={`?document=${item.name}`}>
            <b>{language === 'zh' ? item.name_zh : item.name_en}</b>
          </Link>
          <div className="muted">{purpose(item.name)}</div>
        </>
      ),
    },
    { title: t('versions.version'), dataIndex: 'version', width: 80, align: 'right' },
    { title: t('versions.when'), key: 'when', width: 130, render: (_, { changed_at: at }) => (at ? <Moment at={at} /> : '—') },
    { title: t('versions.who'), key: 'who', width: 190, render: (_, item) => <Author item={item} /> },
    { title: t('saving.note'), dataIndex: 'note', width: 150, ellipsis: true },
  ];
  if (documents.isError) return <Failure error={documents.error} onRetry={() => void documents.refetch()} />;
  return (
    <>
      <span className="muted">{t('settings.documents.hint')}</span>
      <Table<DocumentItem>
        size="small"
        rowKey="name"
        columns={columns}
        dataSource={documents.data ?? []}
        loading={documents.isPending}
        pagination={false}
        locale={{ emptyText: ' ' }}
      />
    </>
  );
}

function Author({ item }: { item: DocumentItem }) {
  const { t } = useTranslation();
  return <>{item.changed_by || (item.origin === 'shipped' ? t('versions.origin.shipped') : t('versions.byHand'))}</>;
}

function One({ name }: { name: string }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const purpose = usePurpose();
  const kept = useDocument(name);
  const [, ask] = useSearchParams();
  return (
    <>
      <div className="row wrap">
        <Button onClick={() => ask({})}>{t('settings.documents.all')}</Button>
        {kept.data ? <h3 className="page">{language === 'zh' ? kept.data.name_zh : kept.data.name_en}</h3> : null}
        <span className="muted grow">{purpose(name)}</span>
        {kept.data ? (
          <span className="muted">
            <Author item={kept.data} />
            {kept.data.changed_at ? <> · <Moment at={kept.data.changed_at} /></> : null}
          </span>
        ) : null}
      </div>
      {kept.data ? <DocumentEditor kept={kept.data} /> : null}
      {kept.isPending ? <Waiting /> : null}
      {kept.isError ? <Failure error={kept.error} onRetry={() => void kept.refetch()} /> : null}
    </>
  );
}

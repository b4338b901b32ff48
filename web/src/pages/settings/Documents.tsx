import { PlusOutlined } from '@ant-design/icons';
import { Button, Table, type TableProps } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';

import { useMay } from '../../api/access';
import { useDocument, useDocuments, type DocumentItem } from '../../api/documents';
import { Failure, Moment, Nothing } from '../../components/parts';
import { Waiting } from '../../components/Waiting';
import { useLanguage } from '../../i18n';
import { DocumentEditor } from './DocumentEditor';
import { NewDocument } from './NewDocument';

const KNOWN = ['calendar', 'departments', 'desk', 'control_areas', 'places', 'responders', 'teams', 'profiles'] as const;
type Known = (typeof KNOWN)[number];

const KINDS = ['settings', 'matter', 'mapping'] as const;

function usePurpose(): (item: Pick<DocumentItem, 'name' | 'kind'>) => string {
  const { t } = useTranslation();
  return ({ name, kind }) => {
    if (kind !== 'settings') return name;
    return KNOWN.includes(name as Known) ? t(`settings.documents.purpose.${name as Known}`) : '';
  };
}

/** The city's settings as documents: what each is for, who changed it last, and the one that is chosen. */
export function Documents() {
  const [asked] = useSearchParams();
  const name = asked.get('document');
  const added = asked.get('add');
  if (added === 'matter' || added === 'mapping') return <Adding key={added} kind={added} />;
  return name === null ? <List /> : <One key={name} name={name} />;
}

function List() {
  const { t } = useTranslation();
  const language = useLanguage();
  const purpose = usePurpose();
  const documents = useDocuments();
  const mayAdd = useMay()('POST /api/v1/configuration');
  const columns: TableProps<DocumentItem>['columns'] = [
    {
      title: t('settings.documents.document'),
      key: 'name',
      render: (_, item) => (
        <>
          <Link to={`?document=${item.name}`}>
            <b>{language === 'zh' ? item.name_zh : item.name_en}</b>
          </Link>{' '}
          {item.origin === 'retired' ? <span className="pill">{t('versions.origin.retired')}</span> : null}
          <div className={item.kind === 'settings' ? 'muted' : 'muted mono'}>{purpose(item)}</div>
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
      {KINDS.map((kind) => (
        <section key={kind} className="stack" style={{ flex: 'none' }} aria-label={t(`settings.documents.kinds.${kind}`)}>
          <div className="row wrap">
            <h3 className="part">{t(`settings.documents.kinds.${kind}`)}</h3>
            <span className="muted grow">{t(`settings.documents.kindHint.${kind}`)}</span>
            {kind !== 'settings' && mayAdd ? (
              <Link to={`?add=${kind}`}>
                <PlusOutlined /> {t(`settings.documents.add.${kind}`)}
              </Link>
            ) : null}
          </div>
          <Table<DocumentItem>
            size="small"
            rowKey="name"
            columns={columns}
            dataSource={documents.data?.filter((item) => item.kind === kind) ?? []}
            loading={documents.isPending}
            pagination={{ pageSize: 50, hideOnSinglePage: true, showSizeChanger: false }}
            locale={{ emptyText: documents.isPending ? ' ' : <Nothing title={t('settings.documents.none')} hint={t('settings.documents.noneHint')} /> }}
          />
        </section>
      ))}
    </>
  );
}

function Adding({ kind }: { kind: 'matter' | 'mapping' }) {
  const { t } = useTranslation();
  const mayAdd = useMay()('POST /api/v1/configuration');
  return (
    <>
      <div className="row wrap">
        <Link to="/settings/documents">{t('settings.documents.all')}</Link>
        <h3 className="page">{t(`settings.documents.add.${kind}`)}</h3>
      </div>
      {mayAdd ? <NewDocument kind={kind} /> : <Nothing title={t('settings.readOnly')} />}
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
        <span className="muted grow">{kept.data ? purpose(kept.data) : ''}</span>
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

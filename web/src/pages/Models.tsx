import { App, Alert, Button, Card, Table, type TableProps } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

import { useMay } from '../api/access';
import type { ModelItem, ModelList } from '../api/client';
import { useModels, usePromote, useRollback } from '../api/models';
import { Failure, Mark, Moment, Nothing, useFailureText } from '../components/parts';
import { Waiting } from '../components/Waiting';
import { percent } from '../domain/figures';
import { familyMeans } from '../domain/models';
import { Comparison } from './models/Comparison';
import { GateDecisions } from './models/GateDecisions';

const STANDING_COLOUR = { in_service: '#389e0d', previous: '#1677ff', challenger: '#d48806' } as const;

/** The models: what answers on the cameras, what challenges it, and what the gate says. */
export function Models() {
  const { t } = useTranslation();
  const models = useModels();
  if (models.isPending) return <Waiting />;
  return (
    <div className="page-body stack">
      <div className="row wrap">
        <h1 className="page">{t('models.title')}</h1>
        <span className="muted">{t('models.hint')}</span>
        <span className="grow" />
        {models.data ? <Rollback list={models.data} /> : null}
      </div>
      {models.isError ? <Failure error={models.error} onRetry={() => void models.refetch()} /> : null}
      {models.data ? <Book list={models.data} /> : null}
    </div>
  );
}

function Book({ list }: { list: ModelList }) {
  const { t } = useTranslation();
  const [compared, setCompared] = useState<string>();
  return (
    <>
      {list.fault ? <Alert type="error" showIcon title={t('models.fault', { reason: list.fault })} /> : null}
      {list.answering ? <span>{t('models.answering', { model: list.answering })}</span> : null}
      <ModelTable list={list} onCompare={setCompared} />
      {compared === undefined ? null : <Comparison first={list.in_service} second={compared} onClose={() => setCompared(undefined)} />}
      <Card size="small" title={t('models.gate')}>
        <GateDecisions decisions={list.decisions} />
      </Card>
      <Card size="small" title={t('models.changes')}>
        {list.changes.length === 0 ? <span className="muted">{t('models.noChanges')}</span> : null}
        {list.changes.map((change) => (
          <div key={change.at} className="check row wrap">
            <b>{t(change.why === 'promoted' ? 'models.why.promoted' : 'models.why.rolled_back')}</b>
            <span className="mono">
              {change.before} → {change.after}
            </span>
            <span className="muted">
              {change.by} · <Moment at={change.at} />
            </span>
          </div>
        ))}
      </Card>
    </>
  );
}

function Rollback({ list }: { list: ModelList }) {
  const { t } = useTranslation();
  const { modal, message } = App.useApp();
  const may = useMay();
  const back = useRollback();
  const { title } = useFailureText(back.error);
  const before = list.items.find(({ standing }) => standing === 'previous');
  if (before === undefined || !may('POST /api/v1/models/rollback')) return null;
  return (
    <>
      {back.isError ? <span role="alert">{title}</span> : null}
      <Button
        loading={back.isPending}
        onClick={() =>
          void modal.confirm({
            title: `${t('models.rollback')}: ${before.id}`,
            content: t('models.rollbackHint'),
            okText: t('models.rollback'),
            cancelText: t('case.cancel'),
            onOk: async () => {
              const after = await back.mutateAsync();
              void message.success(t('models.promoted', { model: after.in_service }));
            },
          })
        }
      >
        {t('models.rollback')}
      </Button>
    </>
  );
}

function ModelTable({ list, onCompare }: { list: ModelList; onCompare: (id: string) => void }) {
  const { t } = useTranslation();
  const columns: TableProps<ModelItem>['columns'] = [
    {
      title: t('models.model'),
      key: 'model',
      render: (_, model) => (
        <>
          <Link className="mono" to={`/models/${encodeURIComponent(model.id)}`}>
            {model.id}
          </Link>{' '}
          <Mark colour={STANDING_COLOUR[model.standing]}>{t(`models.standing.${model.standing}`)}</Mark>
          <div className="muted">{model.base}</div>
        </>
      ),
    },
    { title: t('models.input'), key: 'input', width: 110, render: (_, { input_px: px }) => <span className="nowrap">{px} × {px} px</span> },
    { title: t('models.size'), key: 'size', width: 100, render: (_, model) => <span className="nowrap">{t('models.megabytes', { number: (model.size_bytes / 1e6).toFixed(1) })}</span> },
    { title: t('models.classes'), key: 'classes', width: 80, align: 'right', render: (_, { classes }) => classes.length },
    {
      title: t('models.byFamily'),
      key: 'figures',
      render: (_, { figures }) => (
        <div className="row wrap">
          {familyMeans(figures).map(([family, value]) => (
            <span key={family} className="nowrap">
              <span className="muted">{t(`models.families.${family}`)}</span> {percent(value)}
            </span>
          ))}
        </div>
      ),
    },
    { title: <span className="unseen">{t('table.actions')}</span>, key: 'moves', width: 320, render: (_, model) => <ModelMoves model={model} onCompare={onCompare} /> },
  ];
  return (
    <Table<ModelItem>
      size="small"
      rowKey="id"
      columns={columns}
      dataSource={[...list.items]}
      pagination={false}
      locale={{ emptyText: <Nothing title={t('models.none')} /> }}
    />
  );
}

function ModelMoves({ model, onCompare }: { model: ModelItem; onCompare: (id: string) => void }) {
  const { t } = useTranslation();
  const { modal, message } = App.useApp();
  const may = useMay();
  const promote = usePromote();
  if (model.standing === 'in_service') return null;
  const ask = () =>
    void modal.confirm({
      title: `${t('models.promote')}: ${model.id}`,
      content: t('models.promoteHint'),
      okText: t('models.promote'),
      cancelText: t('case.cancel'),
      // What the gate says is shown below: the question itself is answered.
      onOk: () => promote.mutateAsync(model.id).then(() => void message.success(t('models.promoted', { model: model.id })), () => undefined),
    });
  return (
    <>
      <div className="row wrap">
        <Button size="small" onClick={() => onCompare(model.id)}>
          {t('models.compare')}
        </Button>
        {may('POST /api/v1/comparisons') ? (
          <Link to={`/models/${encodeURIComponent(model.id)}/clips`}>
            <Button size="small" tabIndex={-1}>
              {t('clips.open')}
            </Button>
          </Link>
        ) : null}
        {may('POST /api/v1/models/{model_id}/promote') ? (
          <Button size="small" type="primary" loading={promote.isPending} onClick={ask}>
            {t('models.promote')}
          </Button>
        ) : null}
      </div>
      {promote.isError ? <Failure error={promote.error} /> : null}
    </>
  );
}

import { ArrowLeftOutlined } from '@ant-design/icons';
import { Card, Table, Tag } from 'antd';
import Markdown from 'markdown-to-jsx/react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';

import type { ModelPage } from '../api/client';
import { useModel } from '../api/models';
import { Failure } from '../components/parts';
import { Picture } from '../components/Picture';
import { Plot } from '../components/Plot';
import { Waiting } from '../components/Waiting';
import { GateDecisions } from './models/GateDecisions';

/** Ultralytics' name for losses on training pictures; its seconds and rates would flatten them on one axis. */
const LOSS = 'train/';

/** One model: its card, the curves of its training, its worst pictures, its figures. */
export function Model() {
  const { t } = useTranslation();
  const { id } = useParams();
  const found = useModel(id);
  if (found.isPending) return <Waiting />;
  const model = found.data;
  return (
    <div className="page-body stack">
      <div className="row wrap">
        <Link to="/models">
          <ArrowLeftOutlined /> {t('models.back')}
        </Link>
        <h1 className="page mono">{id}</h1>
        {model ? <Tag>{t(`models.standing.${model.standing}`)}</Tag> : null}
      </div>
      {found.isError ? <Failure error={found.error} onRetry={() => void found.refetch()} /> : null}
      {model ? (
        <div className="case-grid">
          <div className="stack">
            <Curves model={model} />
            <Card size="small" title={t('models.pictures')}>
              <div className="model-pictures">
                {model.pictures.map((address) => (
                  <figure key={address}>
                    <Picture src={address} alt={nameOf(address)} missing={t('case.pictureGone')} style={{ aspectRatio: 'auto', objectFit: 'contain', minHeight: 120 }} />
                    <figcaption className="muted mono">{nameOf(address)}</figcaption>
                  </figure>
                ))}
              </div>
            </Card>
            <Card size="small" title={t('models.gate')}>
              <GateDecisions decisions={model.decisions} />
            </Card>
          </div>
          <div className="stack">
            <Figures model={model} />
            <CardText model={model} />
          </div>
        </div>
      ) : null}
    </div>
  );
}

function nameOf(address: string): string {
  return decodeURIComponent(address.split('/').pop() ?? '');
}

function Curves({ model }: { model: ModelPage }) {
  const { t } = useTranslation();
  return (
    <Card size="small" title={t('models.curves')}>
      {model.curves.length === 0 ? <span className="muted">{t('models.noCurves')}</span> : null}
      {model.curves.map(({ name, columns, rows }) => (
        <div key={name}>
          <h2 className="part mono">{name}</h2>
          <Plot
            kind="line"
            label={name}
            height={200}
            labels={rows.map((row) => String(row[0] ?? ''))}
            series={columns.flatMap((column, index) =>
              column.startsWith(LOSS) ? [{ name: column.slice(LOSS.length), values: rows.map((row) => row[index] ?? null) }] : [],
            )}
            write={(value) => value.toPrecision(3)}
          />
        </div>
      ))}
    </Card>
  );
}

function Figures({ model }: { model: ModelPage }) {
  const { t } = useTranslation();
  const rows = Object.entries(model.figures).map(([name, value]) => ({ name, value }));
  return (
    <Card size="small" title={t('models.figures')}>
      <dl className="facts" style={{ marginBottom: 10 }}>
        <dt>{t('models.base')}</dt>
        <dd>{model.base}</dd>
        <dt>{t('models.licence')}</dt>
        <dd>{model.licence}</dd>
        <dt>{t('models.precision')}</dt>
        <dd>{model.precision}</dd>
        <dt>{t('models.classes')}</dt>
        <dd className="mono">{model.classes.join(', ')}</dd>
      </dl>
      <Table
        size="small"
        rowKey="name"
        dataSource={rows}
        pagination={false}
        columns={[
          { title: t('models.figure'), key: 'name', render: (_, row) => <span className="mono">{row.name}</span> },
          { title: t('table.value'), key: 'value', align: 'right', width: 90, render: (_, row) => row.value.toFixed(3) },
        ]}
      />
    </Card>
  );
}

/** The card as written. Its pictures stand above; its links lead into the repository, which is not here. */
function CardText({ model }: { model: ModelPage }) {
  const { t } = useTranslation();
  const options = useMemo(
    () => ({
      disableParsingRawHTML: true,
      overrides: {
        a: ({ children }: { children?: React.ReactNode }) => <span className="mono">{children}</span>,
        img: () => null,
        h1: ({ children }: { children?: React.ReactNode }) => <h2 className="part">{children}</h2>,
        h2: ({ children }: { children?: React.ReactNode }) => <h3 className="part">{children}</h3>,
      },
    }),
    [],
  );
  return (
    <Card size="small" title={t('models.card')}>
      {model.card ? (
        <div className="markdown">
          <Markdown options={options}>{model.card}</Markdown>
        </div>
      ) : (
        <span className="muted">{t('models.noCard')}</span>
      )}
    </Card>
  );
}

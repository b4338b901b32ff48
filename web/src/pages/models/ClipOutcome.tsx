import { Alert, Card, Checkbox, Progress, Table } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { isRunning, type ClipComparison, type ComparedClip, type ComparedRow } from '../../api/comparisons';
import { useCameras } from '../../api/queries';
import { cameraName, Mark, MatterName, Nothing } from '../../components/parts';
import { Picture } from '../../components/Picture';
import { tally, verdictOf, type Side, type Verdict } from '../../domain/clips';
import { useLanguage } from '../../i18n';
import { thingName } from '../../i18n/things';

const COLOUR: Record<Verdict, string> = { found: '#389e0d', missed: '#cf1322', false: '#d4380d', reported: '#1677ff', silent: '#8c8c8c' };
const SIDES = ['first', 'second'] as const;

/** What two models reported on recordings: counted, and one by one with pictures side by side. */
export function ClipOutcome({ comparison }: { comparison: ClipComparison }) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const runs = isRunning(comparison);
  const { clips } = comparison;
  return (
    <div className="stack">
      <Card size="small" title={t(`trial.state.${comparison.state}`)} aria-busy={runs}>
        <div className="stack">
          {runs ? <Progress percent={Math.round(comparison.progress * 100)} status="active" aria-label={t('clips.progress')} /> : null}
          {comparison.state === 'failed' ? <Alert type="error" showIcon title={comparison.problem} /> : null}
          <p role="status">{t('clips.done', { count: clips.length, all: comparison.sources.length })}</p>
          {clips.length ? <Totals comparison={comparison} /> : null}
          {clips.length ? (
            <Checkbox checked={all} onChange={(event) => setAll(event.target.checked)}>
              {t('clips.showAll')}
            </Checkbox>
          ) : null}
        </div>
      </Card>
      {clips.map((clip, index) => (
        <Clip key={index} clip={clip} comparison={comparison} all={all} />
      ))}
    </div>
  );
}

function Totals({ comparison }: { comparison: ClipComparison }) {
  const { t } = useTranslation();
  const { clips } = comparison;
  const known = clips.some(({ has_truth: has }) => has);
  const open = clips.some(({ has_truth: has }) => !has);
  const verdicts: Verdict[] = [...(known ? (['found', 'missed', 'false'] as const) : []), ...(open ? (['reported'] as const) : [])];
  return (
    <Table
      size="small"
      rowKey="side"
      pagination={false}
      dataSource={SIDES.map((side) => ({ side, counted: tally(clips, side) }))}
      columns={[
        {
          title: t('models.model'),
          key: 'model',
          render: (_, { side }) => (
            <>
              <span className="mono">{comparison[side]}</span> <span className="muted">{t(`clips.${side}`)}</span>
            </>
          ),
        },
        ...verdicts.map((verdict) => ({
          title: t(`clips.verdict.${verdict}`),
          key: verdict,
          align: 'right' as const,
          render: (_: unknown, { counted }: { counted: Record<Verdict, number> }) => counted[verdict],
        })),
      ]}
    />
  );
}

function Clip({ clip, comparison, all }: { clip: ComparedClip; comparison: ClipComparison; all: boolean }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const cameras = useCameras().data;
  const name = cameraName(cameras?.find(({ camera_id: id }) => id === clip.camera_id), clip.camera_id, language);
  const differs = (row: ComparedRow) => row.kind !== 'both' || row.is_incident === false;
  const rows = all ? clip.rows : clip.rows.filter(differs);
  const source = clip.source === 'clip' || clip.source === 'recent' ? clip.source : 'recording';
  return (
    <Card
      size="small"
      title={
        <>
          {name} <span className="muted">{t(`clips.source.${source}`)}</span>
        </>
      }
      extra={<span className="muted">{t('clips.length', { seconds: Math.round(clip.media_s), looks: clip.looks })}</span>}
    >
      {rows.length === 0 ? <Nothing title={t(clip.rows.length ? 'clips.same' : 'clips.none')} hint={t(clip.rows.length ? 'clips.sameHint' : 'clips.noneHint', { count: clip.rows.length })} /> : null}
      <div className="stack">
        {rows.map((row, index) => (
          <Row key={index} row={row} comparison={comparison} />
        ))}
      </div>
    </Card>
  );
}

function Row({ row, comparison }: { row: ComparedRow; comparison: ClipComparison }) {
  const { t } = useTranslation();
  return (
    <section className="check">
      <div className="row wrap">
        <b>
          <MatterName code={row.matter} />
        </b>
        <span className="muted">
          {row.zone ? `${row.zone} · ` : ''}
          {t('clips.at', { seconds: Math.round(row.at_s) })}
        </span>
      </div>
      <div className="pair">
        {SIDES.map((side) => (
          <Half key={side} row={row} side={side} model={comparison[side]} />
        ))}
      </div>
    </section>
  );
}

function Half({ row, side, model }: { row: ComparedRow; side: Side; model: string }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const verdict = verdictOf(row, side);
  const told = row[side];
  const picture = side === 'first' ? row.first_picture : row.second_picture;
  return (
    <figure>
      <Picture src={picture} alt={t('clips.picture', { model })} missing={t('cameras.noPicture')} style={{ aspectRatio: '4 / 3' }} />
      <figcaption className="card-text">
        <div className="row wrap">
          <span className="mono">{model}</span> <Mark colour={COLOUR[verdict]}>{t(`clips.verdict.${verdict}`)}</Mark>
        </div>
        {told ? (
          <div className="muted">
            {told.class_name ? thingName(told.class_name, language) : t('trial.unnamed')} · {Math.round(told.confidence * 100)}% · {t('trial.after', { seconds: Math.round(told.confirmed_s - told.first_seen_s) })}
          </div>
        ) : null}
      </figcaption>
    </figure>
  );
}

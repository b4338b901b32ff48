import { ArrowLeftOutlined } from '@ant-design/icons';
import { Card, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useParams, useSearchParams } from 'react-router';

import { useMay } from '../api/access';
import { useClipComparison, useComparisons } from '../api/comparisons';
import { useModels } from '../api/models';
import { Failure, Nothing } from '../components/parts';
import { Waiting } from '../components/Waiting';
import { dayAndTime } from '../domain/time';
import { useClock } from '../components/clock';
import { ClipDesk } from './models/ClipDesk';
import { ClipOutcome } from './models/ClipOutcome';

/** A challenger and the model in service on the same recordings: what each reports, with pictures side by side. */
export function ModelClips() {
  const { t } = useTranslation();
  const { id = '' } = useParams();
  const [parameters, setParameters] = useSearchParams();
  const may = useMay();
  const clock = useClock();
  const models = useModels();
  const earlier = (useComparisons().data ?? []).filter(({ second }) => second === id);
  const asked = parameters.get('comparison') ?? undefined;
  const shown = useClipComparison(asked);
  if (models.isPending) return <Waiting />;
  const inService = models.data?.in_service === id;
  const mayStart = may('POST /api/v1/comparisons');
  return (
    <div className="page-body stack">
      <div className="row wrap">
        <Link to="/models">
          <ArrowLeftOutlined /> {t('models.back')}
        </Link>
        <h1 className="page">{t('clips.title', { model: id })}</h1>
        <span className="grow" />
        {earlier.length ? (
          <Select
            aria-label={t('clips.earlier')}
            placeholder={t('clips.earlier')}
            style={{ minWidth: 260 }}
            value={asked}
            options={earlier.map(({ comparison_id: value, at, by, state }) => ({ value, label: `${dayAndTime(at, clock)} · ${by} · ${t(`trial.state.${state}`)}` }))}
            onChange={(comparison) => setParameters({ comparison }, { replace: true })}
          />
        ) : null}
      </div>
      {!mayStart ? (
        <Nothing title={t('clips.mayNot')} />
      ) : inService ? (
        <Nothing title={t('clips.inService')} hint={t('clips.inServiceHint')} />
      ) : (
        <div className="two-cards narrow-first">
          <Card size="small" title={t('clips.choose')}>
            <ClipDesk model={id} running={shown.data} onStarted={(comparison) => setParameters({ comparison }, { replace: true })} />
          </Card>
          {shown.isError ? <Failure error={shown.error} /> : shown.data ? <ClipOutcome comparison={shown.data} /> : <Card size="small">{<p className="muted">{t('clips.before')}</p>}</Card>}
        </div>
      )}
    </div>
  );
}

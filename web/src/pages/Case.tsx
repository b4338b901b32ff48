import { ArrowLeftOutlined } from '@ant-design/icons';
import { Card } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';

import type { CaseDetail } from '../api/client';
import { useCameras, useCaseToMove, useGrid } from '../api/queries';
import { cameraName, DepartmentName, Failure, MatterName, Moment, StateMark, ZoneName } from '../components/parts';
import { Waiting } from '../components/Waiting';
import { useLanguage } from '../i18n';
import { thingName } from '../i18n/things';
import { CityMap } from '../map/CityMap';
import { useDark } from '../theme';
import { Checks } from './case/Checks';
import { Deadlines } from './case/Deadlines';
import { Evidence } from './case/Evidence';
import { History } from './case/History';
import { Moves } from './case/Moves';

/** One case: what it is, what was seen, who did what, and what can be done now. */
export function Case() {
  const { t } = useTranslation();
  const { id } = useParams();
  const found = useCaseToMove(id);
  if (found.isPending) return <Waiting />;
  const item = found.data;
  return (
    <div className="page-body stack">
      <div className="row wrap">
        <Link to="/cases">
          <ArrowLeftOutlined /> {t('case.back')}
        </Link>
        <h1 className="page">
          {item ? <MatterName code={item.matter} /> : null} <span className="mono muted">{id}</span>
        </h1>
        {item ? <StateMark state={item.state} resolution={item.resolution} /> : null}
      </div>
      {found.isError ? <Failure error={found.error} onRetry={() => void found.refetch()} /> : null}
      {item ? (
        <>
          <Moves item={item} isRead={found.isFetchedAfterMount} />
          <div className="case-grid">
            <div className="stack">
              <Evidence item={item} />
              <History item={item} />
            </div>
            <div className="stack">
              <Place item={item} />
              <Deadlines item={item} />
              <Facts item={item} />
              <Checks item={item} />
            </div>
          </div>
        </>
      ) : null}
    </div>
  );
}

function Place({ item }: { item: CaseDetail }) {
  const { t } = useTranslation();
  const dark = useDark();
  const layer = item.grid[0]?.layer;
  const grid = useGrid(layer);
  const cameras = useCameras().data?.filter(({ camera_id: id }) => item.camera_ids.includes(id));
  return (
    <Card size="small" title={t('case.map')} styles={{ body: { padding: 0, height: 220 } }}>
      <CityMap label={t('case.map')} grid={grid.data} cameras={cameras} cases={[item]} dark={dark} centre={item.location} />
    </Card>
  );
}

function Facts({ item }: { item: CaseDetail }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const cameras = useCameras().data;
  const [report] = item.events;
  const { lon, lat, error_m: error } = item.location;
  const place = `${lon.toFixed(6)}, ${lat.toFixed(6)} `;
  return (
    <Card size="small" title={t('case.facts')}>
      <dl className="facts">
        <dt>{t('cases.opened')}</dt>
        <dd>
          <Moment at={item.opened_at} />
        </dd>
        {item.closed_at ? (
          <>
            <dt>{t('case.closed')}</dt>
            <dd>
              <Moment at={item.closed_at} />
            </dd>
          </>
        ) : null}
        <dt>{t('cases.department')}</dt>
        <dd>
          <DepartmentName id={item.department} />
          {item.team ? <span className="muted"> · {`${t('case.team')} ${item.team}`}</span> : null}
        </dd>
        {item.handler ? (
          <>
            <dt>{t('case.handler')}</dt>
            <dd>{item.handler}</dd>
          </>
        ) : null}
        <dt>{t('case.map')}</dt>
        <dd>
          <span className="mono">{place}</span>
          <span className="muted">{t('case.error', { metres: error.toFixed(1) })}</span>
        </dd>
        {item.grid.slice(0, 2).map((cell) => (
          <CellFact key={cell.layer} code={cell.code} name={cell.name} ambiguous={cell.ambiguous} />
        ))}
        <dt>{t('cases.cameras')}</dt>
        <dd>
          {item.camera_ids.map((id) => (
            <Link key={id} to={`/cameras/${encodeURIComponent(id)}`} style={{ marginRight: 8 }}>
              {cameraName(cameras?.find((camera) => camera.camera_id === id), id, language)}
            </Link>
          ))}
        </dd>
        {report?.zone ? (
          <>
            <dt>{t('case.zone')}</dt>
            <dd>
              <ZoneName camera={report.camera_id ?? ''} id={report.zone} />
            </dd>
          </>
        ) : null}
        {report?.class_name ? (
          <>
            <dt>{t('case.thing')}</dt>
            <dd>
              {thingName(report.class_name, language)}{' '}
              <span className="muted">
                {t('case.confidence')} {((report.confidence ?? 0) * 100).toFixed(0)} %
              </span>
            </dd>
          </>
        ) : null}
        {report ? (
          <>
            <dt>{t('case.firstSeen')}</dt>
            <dd>
              <Moment at={report.first_seen_at} />
            </dd>
          </>
        ) : null}
        {report?.reporter ? (
          <>
            <dt>{t('case.reporter')}</dt>
            <dd>{report.reporter}</dd>
          </>
        ) : null}
        {item.recurrence_of ? (
          <>
            <dt>{t('case.recurrence')}</dt>
            <dd>
              <Link to={`/cases/${encodeURIComponent(item.recurrence_of)}`}>{item.recurrence_of}</Link>
            </dd>
          </>
        ) : null}
      </dl>
    </Card>
  );
}

function CellFact({ code, name, ambiguous }: { code: string; name: string; ambiguous: boolean }) {
  const { t } = useTranslation();
  return (
    <>
      <dt>{t('overview.cell')}</dt>
      <dd>
        <Link className="mono" to={`/cases?grid=${encodeURIComponent(code)}`}>
          {code}
        </Link>{' '}
        {name} {ambiguous ? <span className="muted">{t('cases.ambiguous')}</span> : null}
      </dd>
    </>
  );
}

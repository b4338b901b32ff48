import { ArrowLeftOutlined } from '@ant-design/icons';
import { Card } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';

import { snapshotUrl, type CameraItem } from '../api/client';
import { useCamera, useEventsOf, useGrid, useCity } from '../api/queries';
import { CameraMark, cameraName, Failure, MatterName, Moment } from '../components/parts';
import { Waiting } from '../components/Waiting';
import { useLanguage } from '../i18n';
import { CityMap } from '../map/CityMap';
import { useDark } from '../theme';
import { ZoneDesk } from '../zones/ZoneDesk';

/** One camera: what it sees with its zones, how it is, what it has reported. */
export function Camera() {
  const { t } = useTranslation();
  const language = useLanguage();
  const { id = '' } = useParams();
  const found = useCamera(id);
  if (found.isPending) return <Waiting />;
  const camera = found.data;
  return (
    <div className="page-body stack">
      <div className="row wrap">
        <Link to="/cameras">
          <ArrowLeftOutlined /> {t('cameras.back')}
        </Link>
        <h1 className="page">
          {cameraName(camera, id, language)} <span className="mono muted">{id}</span>
        </h1>
        {camera ? <CameraMark camera={camera} /> : null}
      </div>
      {found.isError ? <Failure error={found.error} onRetry={() => void found.refetch()} /> : null}
      {camera ? (
        <div className="case-grid">
          <ZoneDesk key={camera.camera_id} camera={camera} picture={snapshotUrl(id, camera.last_look_at)} />
          <div className="stack">
            <Place camera={camera} />
            <Facts camera={camera} />
            <Reports camera={id} />
          </div>
        </div>
      ) : null}
    </div>
  );
}

function Place({ camera }: { camera: CameraItem }) {
  const { t } = useTranslation();
  const grid = useGrid(useCity().data?.layers[0]?.id);
  return (
    <Card size="small" title={t('cameras.place')} styles={{ body: { padding: 0, height: 180 } }}>
      <CityMap
        label={t('cameras.place')}
        grid={grid.data}
        cameras={[camera]}
        dark={useDark()}
        centre={camera.location}
      />
    </Card>
  );
}

function Facts({ camera }: { camera: CameraItem }) {
  const { t } = useTranslation();
  return (
    <Card size="small" title={t('cameras.facts')}>
      <dl className="facts">
        <dt>{t('cameras.lastLook')}</dt>
        <dd>{camera.last_look_at ? <Moment at={camera.last_look_at} /> : t('cameras.never')}</dd>
        <dt>{t('cameras.looks')}</dt>
        <dd>
          {camera.looks.toLocaleString()} <span className="muted">{t('cameras.every', { seconds: camera.look_interval_s })}</span>
        </dd>
        {camera.since ? (
          <>
            <dt>{t('cameras.state')}</dt>
            <dd>
              <CameraMark camera={camera} /> · <Moment at={camera.since} relative />
              {camera.detail ? <div className="muted">{camera.detail}</div> : null}
            </dd>
          </>
        ) : null}
        <dt>{t('cameras.matters')}</dt>
        <dd>
          {camera.matters.map((code) => (
            <div key={code}>
              <MatterName code={code} />
            </div>
          ))}
        </dd>
      </dl>
    </Card>
  );
}

function Reports({ camera }: { camera: string }) {
  const { t } = useTranslation();
  const events = useEventsOf(camera, 10);
  return (
    <Card size="small" title={t('cameras.reports')} styles={{ body: { padding: 0 } }}>
      {events.data?.length === 0 ? (
        <p className="muted" style={{ padding: '0 12px' }}>
          {t('cameras.noReports')}
        </p>
      ) : null}
      {events.data?.map((event) => (
        <div key={event.event_id} className="check row" style={{ padding: '6px 12px' }}>
          <Link to={`/cases/${encodeURIComponent(event.case_id)}`}>
            <MatterName code={event.matter} />
          </Link>
          <span className="grow" />
          <span className="muted">
            <Moment at={event.confirmed_at} />
          </span>
        </div>
      ))}
    </Card>
  );
}

import { Card, Switch } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

import { snapshotUrl, type CameraItem } from '../api/client';
import { useCity, useEventsOf, useGrid } from '../api/queries';
import { useImage } from '../components/image';
import { CameraMark, Dot, MatterName, Moment, Nothing } from '../components/parts';
import { told } from '../domain/reasons';
import { useLanguage } from '../i18n';
import { CityMap } from '../map/CityMap';
import { useDark } from '../theme';
import { colourOf, isPurpose } from '../zones/colours';
import { PictureMap } from '../zones/PictureMap';
import { Seen, useSeen } from '../zones/Seen';
import { shownZones } from '../zones/shown';

/** What a camera sees with its zones, how it is, what it has reported. */
export function Watch({ camera }: { camera: CameraItem }) {
  return (
    <div className="case-grid">
      <View camera={camera} />
      <div className="stack">
        <Place camera={camera} />
        <Facts camera={camera} />
        <Reports camera={camera.camera_id} />
      </div>
    </div>
  );
}

function View({ camera }: { camera: CameraItem }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const [watches, setWatches] = useState(false);
  const seen = useSeen(camera.camera_id, watches);
  const latest = snapshotUrl(camera.camera_id, seen.takenAt ?? camera.last_look_at);
  const image = useImage(latest);
  const missing = image.failed || latest === undefined;
  const { size } = image;
  const zones = useMemo(
    () => (size ? shownZones(camera.zones.map((zone) => ({ ...zone, polygon_px: [...zone.polygon_px] })), size, language) : []),
    [camera.zones, size, language],
  );
  const boxes = useMemo(() => (size ? seen.boxes(size) : []), [seen, size]);
  return (
    <Card
      size="small"
      title={t('cameras.picture')}
      extra={
        <label className="row">
          <Switch size="small" checked={watches} onChange={setWatches} /> {t('zones.sees')}
        </label>
      }
    >
      {size === undefined || image.url === undefined ? (
        <Nothing title={missing ? t('cameras.noPicture') : ' '} hint={missing ? told(camera.detail, language) || t('cameras.noPictureHint') : undefined} />
      ) : (
        <>
          <PictureMap label={t('cameras.picture')} picture={image.url} size={size} zones={zones} boxes={boxes} mode="view" />
          <Seen seen={seen} />
          <div className="row wrap" style={{ marginTop: 10 }}>
            {zones.map((zone) => (
              <span key={zone.key} className="pill">
                <Dot colour={colourOf(zone.purpose)} />
                <span>{zone.label}</span>
                <span>{isPurpose(zone.purpose) ? t(`purpose.${zone.purpose}`) : zone.purpose}</span>
              </span>
            ))}
            {zones.length === 0 ? (
              <Link to={`/cameras/${encodeURIComponent(camera.camera_id)}/zones`}>{t('zones.emptyLink')}</Link>
            ) : null}
          </div>
        </>
      )}
    </Card>
  );
}

function Place({ camera }: { camera: CameraItem }) {
  const { t } = useTranslation();
  const grid = useGrid(useCity().data?.layers[0]?.id);
  return (
    <Card size="small" title={t('cameras.place')} styles={{ body: { padding: 0, height: 180 } }}>
      <CityMap label={t('cameras.place')} grid={grid.data} cameras={[camera]} dark={useDark()} centre={camera.location} />
    </Card>
  );
}

function Facts({ camera }: { camera: CameraItem }) {
  const { t } = useTranslation();
  const language = useLanguage();
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
              {camera.detail ? <div className="muted">{told(camera.detail, language)}</div> : null}
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

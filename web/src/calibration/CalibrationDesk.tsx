import { CameraOutlined } from '@ant-design/icons';
import { Alert, Button } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { snapshotUrl, type CameraItem } from '../api/client';
import { useFit } from '../api/configuration';
import { useCity, useGrid } from '../api/queries';
import { CrsSelect } from '../camera/fields';
import { FaultList, Refused } from '../camera/Faults';
import { FirstPicture } from '../camera/FirstPicture';
import { SaveBar } from '../camera/SaveBar';
import type { Desk } from '../camera/useDraft';
import { useImage } from '../components/image';
import { Nothing } from '../components/parts';
import { isOfTheMap, WGS84 } from '../domain/crs';
import { listed, useLanguage } from '../i18n';
import { scaled, type Corner } from '../zones/geometry';
import { lackingSides, outlier, type LonLat } from './arithmetic';
import { BaseMapPicker } from './BaseMapPicker';
import { FitFacts } from './FitFacts';
import { addPoint, changePoint, FEWEST, pointsOf, removePoint } from './pairs';
import { PlaceMap, type Place } from './PlaceMap';
import { PointPicture, type Spot } from './PointPicture';
import { PointTable } from './PointTable';
import { useBaseMap } from './useBaseMap';
import { useSettled } from './useSettled';

type Size = readonly [number, number];
type Half = { px: Corner } | { place: LonLat };

const NEXT = 'next';
const SETTLE_MS = 200;

/** Ties a camera's picture to the map with pairs of points, and says at once how well. */
export function CalibrationDesk({ desk, camera }: { desk: Desk; camera: CameraItem }) {
  const { t } = useTranslation();
  const [held, setHeld] = useState(camera.last_look_at);
  if (!held && camera.last_look_at) setHeld(camera.last_look_at);
  const image = useImage(snapshotUrl(camera.camera_id, held));
  const known = desk.draft.file.calibration?.resolution_wh;
  const size = image.size ?? (image.failed || !held ? known : undefined);
  const again = () => setHeld(camera.last_look_at ?? new Date().toISOString());
  if (size === undefined && !held) return <FirstPicture camera={camera} />;
  if (size === undefined) {
    return image.failed ? (
      <Nothing title={t('cameras.noPicture')} hint={t('calibration.noPicture')}>
        <Button onClick={again}>{t('error.again')}</Button>
      </Nothing>
    ) : (
      <p className="muted">{t('saving.waiting')}</p>
    );
  }
  return <Pairs desk={desk} size={size} stands={camera.location} picture={image.failed ? undefined : image.url} onNewPicture={again} />;
}

interface PairsProps {
  desk: Desk;
  size: Size;
  /** Where the camera stands, as the map has it: the file may say it in another system. */
  stands: LonLat;
  picture?: string;
  onNewPicture: () => void;
}

function Pairs({ desk, size, stands, picture, onNewPicture }: PairsProps) {
  const { t } = useTranslation();
  const language = useLanguage();
  const { draft, act } = desk;
  const { file } = draft;
  const id = file.id;
  const points = useMemo(() => pointsOf(file, size), [file, size]);
  const [half, setHalf] = useState<Half>();
  const [selected, setSelected] = useState<number>();
  const grid = useGrid(useCity().data?.layers[0]?.id);
  const base = useBaseMap(id, stands);
  // Before the first point the file has nowhere to keep it.
  const [firstCrs, setFirstCrs] = useState(file.calibration?.crs ?? WGS84);
  const crs = file.calibration?.crs ?? firstCrs;
  const onMap = isOfTheMap(crs);
  const enough = points.length >= FEWEST;
  const known = file.calibration?.resolution_wh ?? size;
  const settled = useSettled(enough ? (file.calibration ?? undefined) : undefined, SETTLE_MS);
  const fit = useFit(id, settled);
  const residuals = enough && fit.data && !fit.isError ? fit.data.residuals : [];
  const wrong = outlier(residuals.map(({ off_px: px }) => px ?? 0));
  const lines = useMemo(
    () => (enough && fit.data && !fit.isError ? fit.data.grid_lines_px.map((line) => scaled(line, known, size)) : []),
    [enough, fit.data, fit.isError, known, size],
  );
  const sides = lackingSides(points, file.zones.flatMap((zone) => scaled(zone.polygon_px, zone.resolution_wh, size)), size);

  const complete = (px: Corner, place: LonLat) => {
    act({ kind: 'edit', change: (before) => addPoint(before, { px: [px[0], px[1]], ...place }, size, crs) });
    setHalf(undefined);
    setSelected(points.length);
  };
  const pickPx = (px: Corner) => {
    if (half && 'place' in half) complete(px, half.place);
    else setHalf({ px });
  };
  const pickPlace = (place: LonLat) => {
    if (half && 'px' in half) complete(half.px, place);
    else setHalf({ place });
  };
  const change = (index: number, values: Partial<{ px: [number, number]; lon: number; lat: number }>, about?: string) =>
    act({ kind: 'edit', about: about && `${about} ${index}`, change: (before) => changePoint(before, index, values, size) });
  const changeCrs = (next: string) => {
    setFirstCrs(next);
    // A place that waits for its spot was given in the system before.
    if (half && 'place' in half) setHalf(undefined);
    act({ kind: 'edit', change: (before) => (before.calibration ? { ...before, calibration: { ...before.calibration, crs: next } } : before) });
  };
  const look = (index: number) => ({ key: String(index), label: String(index + 1), selected: selected === index, wrong: wrong === index });
  const next = { key: NEXT, label: String(points.length + 1), waits: true };
  const spots: Spot[] = points.map((point, index) => ({ ...look(index), px: point.px }));
  if (half && 'px' in half) spots.push({ ...next, px: half.px });
  const places: Place[] = onMap ? points.map(({ lon, lat }, index) => ({ ...look(index), lon, lat })) : [];
  if (half && 'place' in half) places.push({ ...next, ...half.place });
  const select = (key: string) => setSelected(key === NEXT ? undefined : Number(key));
  const blocked = points.length > 0 && !enough ? t('calibration.tooFew', { count: FEWEST - points.length }) : undefined;

  return (
    <div className="stack">
      <SaveBar desk={desk} blocked={blocked} />
      <div className="row wrap">
        <span role="status">{t(!half ? 'calibration.hint' : 'px' in half ? 'calibration.nowMap' : 'calibration.nowPicture', { number: points.length + 1 })}</span>
        {half ? <Button onClick={() => setHalf(undefined)}>{t('case.cancel')}</Button> : null}
        <span className="grow" />
        <label className="row" htmlFor="calibration-crs">
          {t('field.crs')}
          <CrsSelect id="calibration-crs" value={crs} onChange={changeCrs} />
        </label>
        {onMap ? <BaseMapPicker chosen={base.chosen} onChoose={base.choose} /> : null}
        <Button icon={<CameraOutlined />} onClick={onNewPicture}>
          {t('zones.newPicture')}
        </Button>
      </div>
      <div className="beside">
        <PointPicture
          label={t('calibration.picture')}
          picture={picture}
          size={size}
          spots={spots}
          lines={lines}
          onPick={pickPx}
          onMove={(key, px) => (key === NEXT ? setHalf({ px }) : change(Number(key), { px: [px[0], px[1]] }))}
          onSelect={select}
        />
        <div className="beside-map">
          {onMap ? (
            <PlaceMap
              label={t('calibration.map')}
              grid={grid.data}
              base={base.ground}
              places={places.length ? places : [{ key: 'camera', label: '', lon: stands.lon, lat: stands.lat }]}
              onPick={pickPlace}
              onMove={(key, place) => (key === NEXT ? setHalf({ place }) : key === 'camera' ? undefined : change(Number(key), place))}
              onSelect={select}
            />
          ) : (
            <Nothing title={t('calibration.typed')} hint={t('calibration.typedHint')} />
          )}
        </div>
      </div>
      <div className="beside">
        <PointTable
          points={points}
          size={size}
          half={half}
          residuals={residuals}
          wrong={wrong}
          selected={selected}
          onSelect={setSelected}
          onChange={change}
          onPlace={pickPlace}
          onRemove={(index) => {
            act({ kind: 'edit', change: (before) => removePoint(before, index, size) });
            setSelected(undefined);
          }}
        />
        <div className="stack">
          {points.length === 0 ? <Nothing title={t('calibration.empty')} hint={t('calibration.emptyHint')} /> : null}
          {enough && fit.isError ? <Refused error={fit.error} /> : null}
          {enough && fit.data && !fit.isError ? <FitFacts fit={fit.data} waits={fit.isFetching} wrong={wrong} /> : null}
          {enough && fit.data?.fault ? <Alert type="error" showIcon title={t('calibration.noPlane')} description={<FaultList faults={[fit.data.fault]} />} /> : null}
          {sides.length && points.length > 0 ? (
            <Alert type="info" showIcon title={t('calibration.lacks', { sides: listed(sides.map((side) => t(`calibration.side.${side}`)), 'conjunction', language) })} />
          ) : null}
        </div>
      </div>
    </div>
  );
}

import { Input, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';

import { useCity, useGrid } from '../api/queries';
import { readCoordinates } from '../calibration/arithmetic';
import { PlaceMap } from '../calibration/PlaceMap';
import { Dot } from '../components/parts';
import { isOfTheMap } from '../domain/crs';
import type { CameraFile, PositionPart, SourcePart, WatchPart } from './file';

export interface FieldProps {
  file: CameraFile;
  /** `about` names what is being changed, so that typing is one step. */
  onChange: (values: Partial<CameraFile>, about: string) => void;
}

const SYSTEMS = { 'EPSG:4326': 'wgs84', 'EPSG:4490': 'cgcs2000', 'GCJ-02': 'gcj02' } as const;

export function NameFields({ file, onChange }: FieldProps) {
  const { t } = useTranslation();
  const set = (language: 'zh' | 'en', text: string) => onChange({ names: { ...file.names, [language]: text } }, `name ${language}`);
  return (
    <div className="form-grid">
      <label htmlFor="camera-zh">{t('zones.nameZh')}</label>
      <Input id="camera-zh" value={file.names.zh} maxLength={100} onChange={(event) => set('zh', event.target.value)} />
      <label htmlFor="camera-en">{t('zones.nameEn')}</label>
      <Input id="camera-en" value={file.names.en} maxLength={100} onChange={(event) => set('en', event.target.value)} />
    </div>
  );
}

export function SourceFields({ file, onChange }: FieldProps) {
  const { t } = useTranslation();
  const { source } = file;
  const set = (values: Partial<SourcePart>, about: string) => onChange({ source: { ...source, ...values } }, about);
  return (
    <div className="form-grid">
      <label htmlFor="camera-url">{t('setup.address')}</label>
      <Input
        id="camera-url"
        className="mono"
        value={source.url}
        maxLength={2000}
        placeholder="rtsp://192.0.2.10:554/stream1"
        onChange={(event) => set({ url: event.target.value }, 'url')}
      />
      <p className="muted wide">{t('setup.addressHint')}</p>
      <label htmlFor="camera-credentials">{t('setup.credentials')}</label>
      <Input
        id="camera-credentials"
        className="mono"
        value={source.credentials ?? ''}
        maxLength={100}
        onChange={(event) => set({ credentials: event.target.value || null }, 'credentials')}
      />
      <p className="muted wide">{t('setup.credentialsHint', { name: (source.credentials || 'market').toUpperCase() })}</p>
    </div>
  );
}

export function WatchFields({ file, onChange }: FieldProps) {
  const { t } = useTranslation();
  const { watch } = file;
  const set = (values: Partial<WatchPart>, about: string) => onChange({ watch: { ...watch, ...values } }, about);
  return (
    <div className="form-grid">
      <label htmlFor="camera-mode">{t('field.mode')}</label>
      <Select
        id="camera-mode"
        value={watch.mode}
        options={(['continuous', 'patrol'] as const).map((mode) => ({ value: mode, label: t(`setup.mode.${mode}`) }))}
        onChange={(mode: WatchPart['mode']) => set({ mode }, 'mode')}
      />
      <label htmlFor="camera-interval">{t('field.look_interval_s')}</label>
      <InputNumber
        id="camera-interval"
        min={0.2}
        max={3600}
        value={watch.look_interval_s}
        onChange={(value) => value !== null && set({ look_interval_s: value }, 'interval')}
      />
    </div>
  );
}

/** Where the camera stands: typed, pasted, or picked on the map of the grid. */
export function PlaceFields({ file, onChange }: FieldProps) {
  const { t } = useTranslation();
  const { position } = file;
  const grid = useGrid(useCity().data?.layers[0]?.id);
  const set = (values: Partial<PositionPart>, about: string) => onChange({ position: { ...position, ...values } }, about);
  const paste = (event: React.ClipboardEvent) => {
    const found = readCoordinates(event.clipboardData.getData('text'));
    if (found === undefined) return;
    event.preventDefault();
    set(found, 'place');
  };
  const onMap = isOfTheMap(position.crs);
  return (
    <div className="form-grid">
      <label htmlFor="camera-lon">{t('field.lon')}</label>
      <InputNumber id="camera-lon" className="full" controls={false} value={position.lon || null} onPaste={paste} onChange={(lon) => lon !== null && set({ lon }, 'lon')} />
      <label htmlFor="camera-lat">{t('field.lat')}</label>
      <InputNumber id="camera-lat" className="full" controls={false} value={position.lat || null} onPaste={paste} onChange={(lat) => lat !== null && set({ lat }, 'lat')} />
      <label htmlFor="camera-crs">{t('field.crs')}</label>
      <CrsSelect id="camera-crs" value={position.crs} onChange={(crs) => set({ crs }, 'crs')} />
      <label htmlFor="camera-error">{t('setup.error')}</label>
      <InputNumber id="camera-error" min={1} max={2000} suffix={t('unit.m')} value={position.error_m} onChange={(value) => value !== null && set({ error_m: value }, 'error')} />
      <p className="muted wide">{onMap ? t('setup.placeHint') : t('setup.placeHintCrs')}</p>
      {onMap ? (
        <div className="wide place-map">
          <PlaceMap
            label={t('setup.place')}
            grid={grid.data}
            places={position.lon || position.lat ? [{ key: 'camera', label: '', lon: position.lon, lat: position.lat }] : []}
            onPick={(lonlat) => set(lonlat, 'place')}
            onMove={(_, lonlat) => set(lonlat, 'place')}
          />
        </div>
      ) : null}
    </div>
  );
}

export function CrsSelect({ id, value, onChange }: { id: string; value: string; onChange: (crs: string) => void }) {
  const { t } = useTranslation();
  const known = Object.entries(SYSTEMS).map(([crs, key]) => ({ value: crs, label: t(`crs.${key}`) }));
  const options = known.some((each) => each.value === value) ? known : [...known, { value, label: value }];
  return <Select id={id} value={value} options={options} onChange={onChange} />;
}

/** A mark with a text: how something went. */
export function Outcome({ passed, children }: { passed: boolean | null; children: React.ReactNode }) {
  return (
    <span className="state">
      <Dot colour={passed === null ? '#8c8c8c' : passed ? '#389e0d' : '#cf1322'} />
      {children}
    </span>
  );
}

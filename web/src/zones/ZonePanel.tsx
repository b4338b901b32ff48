import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Alert, Button, Input, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';

import type { Act } from '../camera/draft';
import type { CameraFile, ZonePart } from '../camera/file';
import { Dot, MatterName, Nothing } from '../components/parts';
import { useLanguage } from '../i18n';
import { colourOf, isPurpose, PURPOSES } from './colours';
import { changeZone, shapeZone, withMatter } from './edits';
import { cornerMore, scaled, type Corner, type ZoneFault } from './geometry';
import type { Mismatch } from './needs';

type Size = readonly [number, number];
type Send = (act: Act) => void;

interface Props {
  file: CameraFile;
  act: Send;
  size: Size;
  faults: readonly ZoneFault[][];
  wrong: readonly Mismatch[];
  selected: number | undefined;
  onSelect: (index: number | undefined) => void;
  onAddByNumbers: () => void;
  onRemove: (index: number) => void;
}

/** The zones by name; the chosen one with everything that can be said of it. */
export function ZonePanel({ file, act, size, faults, wrong, selected, onSelect, onAddByNumbers, onRemove }: Props) {
  const { t } = useTranslation();
  return (
    <div className="side-body">
      {file.zones.length === 0 ? <Nothing title={t('zones.empty')} hint={t('zones.emptyHint')} /> : null}
      {file.zones.map((zone, index) => (
        <div key={index} className="zone-row">
          <ZoneHead zone={zone} open={selected === index} onToggle={() => onSelect(selected === index ? undefined : index)} />
          {faults[index]?.map((fault) => <Alert key={fault} type="error" showIcon title={t(FAULT_TEXT[fault])} />)}
          {wrong.map((each) =>
            each.kind === 'idle' && each.zone === zone.id ? <Idle key={each.zone} idle={each} file={file} act={act} /> : null,
          )}
          {selected === index ? (
            <ZoneForm
              zone={zone}
              index={index}
              act={act}
              size={size}
              badId={faults[index]?.includes('name') ?? false}
              onRemove={() => onRemove(index)}
            />
          ) : null}
        </div>
      ))}
      <Button type="link" icon={<PlusOutlined />} onClick={onAddByNumbers}>
        {t('zones.byNumbers')}
      </Button>
    </div>
  );
}

const FAULT_TEXT = {
  crosses: 'zones.faultCrosses',
  small: 'zones.faultSmall',
  outside: 'zones.faultOutside',
  name: 'zones.faultName',
} as const;

function ZoneHead({ zone, open, onToggle }: { zone: ZonePart; open: boolean; onToggle: () => void }) {
  const { t } = useTranslation();
  const language = useLanguage();
  return (
    <button type="button" className="zone-head" aria-expanded={open} onClick={onToggle}>
      <Dot colour={colourOf(zone.purpose)} />
      <b className="clip">{zone.names?.[language] || zone.id}</b>
      <span className="muted clip">{isPurpose(zone.purpose) ? t(`purpose.${zone.purpose}`) : zone.purpose}</span>
      <span className="grow" />
      <span className="muted nowrap">{t('zones.corners', { count: zone.polygon_px.length })}</span>
    </button>
  );
}

/** No matter uses a zone: says which would, and takes them on. */
function Idle({ idle, file, act }: { idle: Extract<Mismatch, { kind: 'idle' }>; file: CameraFile; act: Send }) {
  const { t } = useTranslation();
  return (
    <Alert
      type="warning"
      showIcon
      title={t('zones.idle')}
      description={
        idle.matters.length === 0 ? (
          t('zones.idleNobody')
        ) : (
          <div className="row wrap">
            {idle.matters.map((matter) => (
              <Button
                key={matter}
                size="small"
                disabled={!file.matters}
                onClick={() => act({ kind: 'edit', change: (before) => withMatter(before, matter, true) })}
              >
                + <MatterName code={matter} />
              </Button>
            ))}
          </div>
        )
      }
    />
  );
}

interface FormProps {
  zone: ZonePart;
  index: number;
  act: Send;
  size: Size;
  badId: boolean;
  onRemove: () => void;
}

function ZoneForm({ zone, index, act, size, badId, onRemove }: FormProps) {
  const { t } = useTranslation();
  const set = (values: Partial<ZonePart>, about?: string) =>
    act({ kind: 'edit', about: about && `${about} ${index}`, change: (file) => changeZone(file, index, values) });
  const name = (language: 'zh' | 'en', text: string) => {
    const names = { en: zone.names?.en ?? '', zh: zone.names?.zh ?? '', [language]: text };
    set({ names: names.en || names.zh ? names : null }, `name ${language}`);
  };
  return (
    <div className="form-grid">
      <label htmlFor={`zone-${index}-purpose`}>{t('zones.purpose')}</label>
      <Select
        id={`zone-${index}-purpose`}
        value={zone.purpose}
        options={PURPOSES.map((purpose) => ({ value: purpose, label: t(`purpose.${purpose}`) }))}
        onChange={(purpose: string) => set({ purpose })}
      />
      <label htmlFor={`zone-${index}-zh`}>{t('zones.nameZh')}</label>
      <Input id={`zone-${index}-zh`} value={zone.names?.zh ?? ''} maxLength={64} onChange={(event) => name('zh', event.target.value)} />
      <label htmlFor={`zone-${index}-en`}>{t('zones.nameEn')}</label>
      <Input id={`zone-${index}-en`} value={zone.names?.en ?? ''} maxLength={64} onChange={(event) => name('en', event.target.value)} />
      <label htmlFor={`zone-${index}-id`}>{t('zones.name')}</label>
      <Input
        id={`zone-${index}-id`}
        className="mono"
        title={t('zones.nameHint')}
        value={zone.id}
        status={badId ? 'error' : ''}
        maxLength={64}
        onChange={(event) => set({ id: event.target.value }, 'id')}
      />
      <details className="wide">
        <summary>{t('zones.cornersByNumber')}</summary>
        <Corners zone={zone} index={index} act={act} size={size} />
      </details>
      <Button className="wide" danger type="text" icon={<DeleteOutlined />} onClick={onRemove}>
        {t('zones.remove')}
      </Button>
    </div>
  );
}

/** The corners as numbers: exact, and without a mouse. The arrow keys in a field move a corner. */
function Corners({ zone, index, act, size }: { zone: ZonePart; index: number; act: Send; size: Size }) {
  const { t } = useTranslation();
  const corners = scaled(zone.polygon_px, zone.resolution_wh, size);
  const put = (next: readonly Corner[], about?: string) =>
    act({ kind: 'edit', about: about && `${about} ${index}`, change: (file) => shapeZone(file, index, next, size) });
  const move = (at: number, axis: 0 | 1, value: number | null) => {
    if (value === null) return;
    const next = corners.map((corner, number) => {
      if (number !== at) return corner;
      return axis === 0 ? ([value, corner[1]] as const) : ([corner[0], value] as const);
    });
    put(next, `corner ${at}`);
  };
  return (
    <div>
      {corners.map(([x, y], at) => (
        <div key={at} className="row corner">
          <span className="muted">{at + 1}</span>
          <InputNumber aria-label={t('zones.cornerX', { number: at + 1 })} size="small" min={0} max={size[0]} precision={1} step={1} value={x} onChange={(value) => move(at, 0, value)} />
          <InputNumber aria-label={t('zones.cornerY', { number: at + 1 })} size="small" min={0} max={size[1]} precision={1} step={1} value={y} onChange={(value) => move(at, 1, value)} />
          <Button
            size="small"
            type="text"
            disabled={corners.length <= 3}
            icon={<DeleteOutlined />}
            aria-label={t('zones.cornerRemove', { number: at + 1 })}
            onClick={() => put(corners.filter((_, number) => number !== at))}
          />
        </div>
      ))}
      <Button size="small" type="link" icon={<PlusOutlined />} onClick={() => put(cornerMore(corners))}>
        {t('zones.cornerAdd')}
      </Button>
    </div>
  );
}

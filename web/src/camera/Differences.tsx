import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';

import { MatterName } from '../components/parts';
import { spelled } from '../drafting/merge';
import { isPurpose } from '../zones/colours';
import { largestMove, type Corner } from '../zones/geometry';
import type { Difference, PartKey } from './file';

const FIELDS = [
  'id', 'purpose', 'polygon_px', 'resolution_wh', 'en', 'zh', 'url', 'fps', 'credentials', 'connect_timeout_s',
  'read_timeout_s', 'mode', 'look_interval_s', 'busy_interval_s', 'lon', 'lat', 'crs', 'error_m', 'points', 'dwell_s',
  'stopped_s', 'names', 'closure', 'min_confidence', 'min_count', 'min_share', 'looks', 'interval_s', 'patience_s',
] as const;
type Field = (typeof FIELDS)[number];

export function fieldName(t: TFunction, key: string): string {
  return FIELDS.includes(key as Field) ? t(`field.${key as Field}`) : key;
}

/** The name of a part of a camera's file. */
export function PartName({ part }: { part: PartKey }) {
  const { t } = useTranslation();
  if (part.startsWith('zone ')) return <>{t('part.zone', { id: part.slice(5) })}</>;
  if (part.startsWith('override ')) {
    return (
      <>
        {t('part.override')} <MatterName code={part.slice(9)} />
      </>
    );
  }
  return <>{t(`part.${part as 'names'}`)}</>;
}

interface Row {
  path: string[];
  before: unknown;
  after: unknown;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The single values that differ, with the path to each. */
export function changedValues(before: unknown, after: unknown, path: string[] = []): Row[] {
  if (spelled(before) === spelled(after)) return [];
  const [first, second] = [isRecord(before) ? before : {}, isRecord(after) ? after : {}];
  if (!isRecord(before) && !isRecord(after)) return [{ path, before, after }];
  return [...new Set([...Object.keys(first), ...Object.keys(second)])].flatMap((key) =>
    changedValues(first[key], second[key], [...path, key]),
  );
}

function written(t: TFunction, field: string, value: unknown): string {
  if (value === undefined || value === null) return '—';
  if (field === 'purpose' && typeof value === 'string' && isPurpose(value)) return t(`purpose.${value}`);
  if (field === 'polygon_px' && Array.isArray(value)) return t('zones.corners', { count: value.length });
  if (field === 'points' && Array.isArray(value)) return t('calibration.points', { count: value.length });
  if (field === 'resolution_wh' && Array.isArray(value)) return value.join(' × ');
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  return spelled(value);
}

/** What differs, part by part and value by value. */
export function DifferenceList({ items }: { items: readonly Difference[] }) {
  const { t } = useTranslation();
  return (
    <ul className="differences">
      {items.map((item) => (
        <li key={item.part}>
          <div className="row">
            <b>
              <PartName part={item.part} />
            </b>
            {item.before === undefined ? <span className="pill">{t('versions.added')}</span> : null}
            {item.after === undefined ? <span className="pill">{t('versions.removed')}</span> : null}
          </div>
          {item.before !== undefined && item.after !== undefined ? <Values before={item.before} after={item.after} /> : null}
        </li>
      ))}
    </ul>
  );
}

export function Values({ before, after }: { before: unknown; after: unknown }) {
  const { t } = useTranslation();
  const rows = Array.isArray(before) || Array.isArray(after) ? [{ path: [], before, after }] : changedValues(before, after);
  return (
    <dl className="facts">
      {rows.map(({ path, before: was, after: is }) => {
        const field = path.at(-1) ?? '';
        return (
          <ValueRow
            key={path.join('.')}
            name={path.map((each) => fieldName(t, each)).join(' · ')}
            was={Array.isArray(was) && field === '' ? <Matters codes={was as string[]} /> : written(t, field, was)}
            is={Array.isArray(is) && field === '' ? <Matters codes={is as string[]} /> : written(t, field, is)}
            moved={field === 'polygon_px' ? moved(t, was, is) : ''}
          />
        );
      })}
    </dl>
  );
}

function ValueRow({ name, was, is, moved }: { name: string; was: React.ReactNode; is: React.ReactNode; moved: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{moved === '' ? <><span className="muted">{was}</span> → {is}</> : moved}</dd>
    </>
  );
}

function moved(t: TFunction, was: unknown, is: unknown): string {
  if (!Array.isArray(was) || !Array.isArray(is)) return '';
  const far = largestMove(was as Corner[], is as Corner[]);
  return far === undefined ? '' : t('versions.moved', { pixels: Math.round(far) });
}

function Matters({ codes }: { codes: readonly string[] }) {
  return (
    <>
      {codes.map((code, index) => (
        <span key={code}>
          {index ? ', ' : ''}
          <MatterName code={code} />
        </span>
      ))}
    </>
  );
}

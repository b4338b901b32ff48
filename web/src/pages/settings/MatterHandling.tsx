import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Form, Input, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';

import type { Schemas } from '../../api/client';
import { useCity } from '../../api/queries';
import { isRecord, valueAt, withValue, type Content } from '../../domain/documents';
import { useLanguage } from '../../i18n';

export interface Props {
  content: Content;
  readOnly: boolean;
  onChange: (content: Content) => void;
}

const MODES: readonly Schemas['HandlingMode'][] = ['self', 'joint', 'dispatched'];
const CLOCKS: readonly Schemas['ClockKind'][] = ['urgent_hour', 'work_hour', 'work_day', 'natural_day'];

export function Labelled({ label, id, hint, children }: { label: string; id: string; hint?: string; children: React.ReactNode }) {
  return (
    <Form.Item label={label} htmlFor={id} extra={hint} style={{ marginBottom: 12 }}>
      {children}
    </Form.Item>
  );
}

/** Who handles a matter, and by when. */
export function Handling({ content, readOnly, onChange, decided }: Props & { decided: boolean }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const departments = useCity().data?.departments ?? [];
  const put = (path: string) => (value: unknown) => onChange(withValue(content, path, value));
  const department = valueAt(content, 'handling.department');
  return (
    <div className="two">
      <Labelled label={t('settings.matters.department')} id="matter-department">
        <Select
          id="matter-department"
          value={typeof department === 'string' && department !== '' ? department : undefined}
          options={departments.map((each) => ({ value: each.id, label: each[language] }))}
          disabled={readOnly || decided}
          onChange={put('handling.department')}
        />
      </Labelled>
      <Labelled label={t('settings.matter.field.handling_mode')} id="matter-mode">
        <Select
          id="matter-mode"
          value={(valueAt(content, 'handling.mode') as string | undefined) ?? 'dispatched'}
          options={MODES.map((value) => ({ value, label: t(`settings.matter.mode.${value}`) }))}
          disabled={readOnly}
          onChange={put('handling.mode')}
        />
      </Labelled>
      <Limit id="matter" row={isRecord(content.handling) ? content.handling : {}} readOnly={readOnly || decided} onChange={(next) => onChange({ ...content, handling: next })} />
    </div>
  );
}

interface RowProps {
  id: string;
  row: Content;
  readOnly: boolean;
  onChange: (row: Content) => void;
}

/** A time limit for handling: how much of which clock; none where it is empty. */
function Limit({ id, row, readOnly, onChange }: RowProps) {
  const { t } = useTranslation();
  const value = valueAt(row, 'limit.value');
  const clock = valueAt(row, 'limit.clock') as Schemas['ClockKind'] | undefined;
  return (
    <>
      <Labelled label={t('settings.matters.limit')} id={`${id}-limit`}>
        <InputNumber
          id={`${id}-limit`}
          value={typeof value === 'number' ? value : null}
          min={0}
          disabled={readOnly}
          controls={false}
          style={{ width: '100%' }}
          onChange={(next) => onChange(withValue(row, 'limit', next === null ? undefined : { value: next, clock: clock ?? 'work_hour' }))}
        />
      </Labelled>
      <Labelled label={t('settings.matter.field.clock')} id={`${id}-clock`}>
        <Select
          id={`${id}-clock`}
          value={clock}
          options={CLOCKS.map((each) => ({ value: each, label: t(`settings.matters.clocks.${each}`) }))}
          disabled={readOnly || value === undefined}
          onChange={(next) => onChange(withValue(row, 'limit.clock', next))}
        />
      </Labelled>
    </>
  );
}

/** A mode of handling; empty leaves what the matter has. */
function Mode({ id, row, readOnly, onChange }: RowProps) {
  const { t } = useTranslation();
  return (
    <Labelled label={t('settings.matter.field.handling_mode')} id={`${id}-mode`}>
      <Select
        id={`${id}-mode`}
        allowClear
        placeholder={t('settings.matter.asMatter')}
        value={row.mode as string | undefined}
        options={MODES.map((value) => ({ value, label: t(`settings.matter.mode.${value}`) }))}
        disabled={readOnly}
        onChange={(next: string | undefined) => onChange(withValue(row, 'mode', next))}
      />
    </Labelled>
  );
}

function rowsOf(content: Content, path: string): Content[] {
  const rows = valueAt(content, path);
  return Array.isArray(rows) ? rows.filter(isRecord) : [];
}

interface ListProps {
  title: (row: Content, at: number) => string;
  rows: readonly Content[];
  empty: Content;
  add: string;
  readOnly: boolean;
  onChange: (rows: Content[]) => void;
  children: (row: Content, at: number, put: (row: Content) => void) => React.ReactNode;
}

/** Rows whose order counts, each a group of fields. */
function RowList({ title, rows, empty, add, readOnly, onChange, children }: ListProps) {
  const { t } = useTranslation();
  const moved = (from: number, to: number) => {
    const next = [...rows];
    next.splice(to, 0, ...next.splice(from, 1));
    onChange(next);
  };
  return (
    <div className="stack">
      {rows.map((row, at) => {
        const name = title(row, at);
        return (
          <fieldset key={at} className="plain-box" style={{ margin: 0 }}>
            <legend className="unseen">{name}</legend>
            <div className="row">
              <b>{name}</b>
              <span className="grow" />
              {readOnly ? null : (
                <>
                  <Button size="small" type="text" icon={<ArrowUpOutlined />} disabled={at === 0} aria-label={t('settings.matter.up', { name })} onClick={() => moved(at, at - 1)} />
                  <Button size="small" type="text" icon={<ArrowDownOutlined />} disabled={at === rows.length - 1} aria-label={t('settings.matter.down', { name })} onClick={() => moved(at, at + 1)} />
                  <Button size="small" type="text" icon={<DeleteOutlined />} aria-label={`${t('settings.remove')} ${name}`} onClick={() => onChange(rows.filter((_, index) => index !== at))} />
                </>
              )}
            </div>
            <div className="four">{children(row, at, (next) => onChange(rows.map((each, index) => (index === at ? next : each))))}</div>
          </fieldset>
        );
      })}
      {readOnly ? (
        rows.length === 0 ? <span className="muted">{t('settings.notSet')}</span> : null
      ) : (
        <div>
          <Button icon={<PlusOutlined />} onClick={() => onChange([...rows, empty])}>
            {add}
          </Button>
        </div>
      )}
    </div>
  );
}

/** Levels of severity, the mildest first, and what each changes in the handling. */
export function Levels({ content, readOnly, onChange }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  const rows = rowsOf(content, 'handling.levels');
  const put = (next: Content[]) => onChange(withValue(content, 'handling.levels', next.length ? next : undefined));
  const text = (row: Content, at: number, path: 'id' | 'names.zh' | 'names.en', set: (row: Content) => void) => (
    <Labelled label={t(`settings.matter.level.${path.replace('.', '_') as 'id'}`)} id={`level-${at}-${path}`}>
      <Input id={`level-${at}-${path}`} value={(valueAt(row, path) as string | undefined) ?? ''} disabled={readOnly} maxLength={100} onChange={({ target }) => set(withValue(row, path, target.value))} />
    </Labelled>
  );
  return (
    <>
      <p className="muted">{t('settings.matter.levelsHint')}</p>
      <RowList
        rows={rows}
        title={(row, at) => (valueAt(row, `names.${language}`) as string) || `${t('settings.matter.level.one')} ${at + 1}`}
        empty={{ id: '', names: { en: '', zh: '' }, severity: Math.min(1, Number(rows.at(-1)?.severity ?? -0.3) + 0.3) }}
        add={t('settings.matter.level.add')}
        readOnly={readOnly}
        onChange={put}
      >
        {(row, at, set) => (
          <>
            {text(row, at, 'id', set)}
            {text(row, at, 'names.zh', set)}
            {text(row, at, 'names.en', set)}
            <Labelled label={t('settings.matter.level.severity')} id={`level-${at}-severity`}>
              <InputNumber
                id={`level-${at}-severity`}
                value={typeof row.severity === 'number' ? Number(row.severity.toFixed(4)) : null}
                min={0}
                max={1}
                step={0.05}
                disabled={readOnly}
                style={{ width: '100%' }}
                onChange={(next) => set(withValue(row, 'severity', next ?? undefined))}
              />
            </Labelled>
            <Mode id={`level-${at}`} row={row} readOnly={readOnly} onChange={set} />
            <Limit id={`level-${at}`} row={row} readOnly={readOnly} onChange={set} />
          </>
        )}
      </RowList>
    </>
  );
}

const LISTS = ['codes', 'kinds', 'classes'] as const;

/** Where a case goes instead; the first route that fits counts. */
export function Routes({ content, readOnly, onChange }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  const city = useCity().data;
  const levels = rowsOf(content, 'handling.levels');
  const put = (next: Content[]) => onChange(withValue(content, 'handling.routes', next.length ? next : undefined));
  const choice = (id: string, label: string, value: unknown, options: { value: string; label: string }[], set: (next: string | undefined) => void, otherwise: string) => (
    <Labelled label={label} id={id}>
      <Select id={id} allowClear placeholder={otherwise} value={value as string | undefined} options={options} disabled={readOnly} onChange={set} />
    </Labelled>
  );
  return (
    <>
      <p className="muted">{t('settings.matter.routesHint')}</p>
      <RowList
        rows={rowsOf(content, 'handling.routes')}
        title={(_, at) => `${t('settings.matter.route.one')} ${at + 1}`}
        empty={{}}
        add={t('settings.matter.route.add')}
        readOnly={readOnly}
        onChange={put}
      >
        {(row, at, set) => (
          <>
            <Labelled label={t('settings.matter.route.levels')} id={`route-${at}-levels`}>
              <Select
                id={`route-${at}-levels`}
                mode="multiple"
                placeholder={t('settings.matter.route.any')}
                value={(row.levels as string[] | undefined) ?? []}
                options={levels.map((level) => ({ value: String(level.id), label: (valueAt(level, `names.${language}`) as string) || String(level.id) }))}
                disabled={readOnly}
                onChange={(next: string[]) => set(withValue(row, 'levels', next.length ? next : undefined))}
              />
            </Labelled>
            {choice(`route-${at}-layer`, t('settings.matter.route.layer'), row.layer, city?.layers.map((each) => ({ value: each.id, label: each[language] })) ?? [], (next) => set(withValue(row, 'layer', next)), t('settings.matter.route.any'))}
            {LISTS.map((key) => (
              <Labelled key={key} label={t(`settings.matter.route.${key}`)} id={`route-${at}-${key}`}>
                <Select
                  id={`route-${at}-${key}`}
                  mode="tags"
                  open={false}
                  suffix={null}
                  placeholder={t('settings.matter.route.any')}
                  tokenSeparators={[',', '，', ' ']}
                  value={((row[key] as (string | number)[] | undefined) ?? []).map(String)}
                  disabled={readOnly}
                  onChange={(next: string[]) => set(withValue(row, key, next.length ? listOf(key, next) : undefined))}
                />
              </Labelled>
            ))}
            {choice(`route-${at}-department`, t('settings.matters.department'), row.department, city?.departments.map((each) => ({ value: each.id, label: each[language] })) ?? [], (next) => set(withValue(row, 'department', next)), t('settings.matter.asMatter'))}
            <Mode id={`route-${at}`} row={row} readOnly={readOnly} onChange={set} />
            <Limit id={`route-${at}`} row={row} readOnly={readOnly} onChange={set} />
          </>
        )}
      </RowList>
    </>
  );
}

/** Management classes are numbers; what is none is left out. */
function listOf(key: (typeof LISTS)[number], texts: readonly string[]): (string | number)[] {
  return key === 'classes' ? texts.map(Number).filter(Number.isInteger) : [...texts];
}

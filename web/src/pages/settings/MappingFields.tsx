import { DeleteOutlined, PlusOutlined, SettingOutlined } from '@ant-design/icons';
import { AutoComplete, Button, Input, Select, Switch } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { isRecord, valueAt, withValue, type Content } from '../../domain/documents';
import { asTyped, linesOf, pairsOf, sourceOf, SOURCES, typed, withSource } from '../../domain/mapping';

/** Paths of the example: what a field can come from. */
export interface Known {
  paths: readonly string[];
  lists: readonly { path: string; members: readonly string[] }[];
}

interface Props {
  fields: Content;
  known: Known;
  /** Of the fields around these, with a dot at its end. */
  place: string;
  readOnly: boolean;
  onChange: (fields: Content) => void;
}

const WORDS = ['state', 'resolution', 'matter', 'department'] as const;
const PARTS = ['whole', 'major', 'minor'] as const;

/** The fields of an object that a receiver gets, in their order. */
export function MappingFields({ fields, known, place, readOnly, onChange }: Props) {
  const { t } = useTranslation();
  const entries = Object.entries(fields);
  const put = (at: number, name: string, rule: unknown) => onChange(Object.fromEntries(entries.map((entry, index) => (index === at ? [name, rule] : entry))));
  return (
    <div className="stack tight">
      {entries.map(([name, rule], at) => (
        <Field
          key={at}
          name={name}
          rule={isRecord(rule) ? rule : {}}
          taken={entries.filter((_, index) => index !== at).map(([other]) => other)}
          known={known}
          place={place}
          readOnly={readOnly}
          onName={(next) => put(at, next, rule)}
          onRule={(next) => put(at, name, next)}
          onRemove={() => onChange(Object.fromEntries(entries.filter((_, index) => index !== at)))}
        />
      ))}
      {readOnly ? null : (
        <div>
          <Button size="small" icon={<PlusOutlined />} disabled={'' in fields} onClick={() => onChange({ ...fields, '': { from: '' } })}>
            {t('settings.mapping.addField')}
          </Button>
        </div>
      )}
    </div>
  );
}

interface FieldProps extends Omit<Props, 'fields' | 'onChange'> {
  name: string;
  rule: Content;
  /** Names of the fields beside it. */
  taken: readonly string[];
  onName: (name: string) => void;
  onRule: (rule: Content) => void;
  onRemove: () => void;
}

function Field({ name, rule, taken, known, place, readOnly, onName, onRule, onRemove }: FieldProps) {
  const { t } = useTranslation();
  const source = sourceOf(rule);
  const full = `${place}${name}`;
  const dressed = ['words', 'translate', 'time', 'template', 'default'].some((key) => key in rule);
  const [open, setOpen] = useState(false);
  const simple = source === 'from' || source === 'code';
  return (
    <div role="group" aria-label={full || t('settings.mapping.newField')} className="mapping-field">
      <div className="row">
        <Name name={name} taken={taken} label={`${t('settings.mapping.name')} ${full}`} readOnly={readOnly} onName={onName} />
        <Select
          aria-label={`${t('settings.mapping.source')} ${full}`}
          value={source}
          style={{ width: 118, flex: 'none' }}
          options={SOURCES.map((value) => ({ value, label: t(`settings.mapping.sources.${value}`) }))}
          disabled={readOnly}
          onChange={(next) => onRule(withSource(rule, next))}
        />
        <SourceValue rule={rule} known={known} full={full} readOnly={readOnly} onRule={onRule} />
        {simple ? (
          <Button
            type={dressed ? 'primary' : 'text'}
            ghost={dressed}
            icon={<SettingOutlined />}
            aria-expanded={open}
            aria-label={`${t('settings.mapping.more')} ${full}`}
            onClick={() => setOpen(!open)}
          />
        ) : null}
        {readOnly ? null : <Button type="text" icon={<DeleteOutlined />} aria-label={`${t('settings.remove')} ${full}`} onClick={onRemove} />}
      </div>
      {simple && open ? <Dress rule={rule} full={full} readOnly={readOnly} onRule={onRule} /> : null}
      {source === 'fields' ? (
        <div className="mapping-inside">
          <MappingFields fields={isRecord(rule.fields) ? rule.fields : {}} known={known} place={`${full}.`} readOnly={readOnly} onChange={(fields) => onRule({ ...rule, fields })} />
        </div>
      ) : null}
      {source === 'each' ? <Members rule={rule} known={known} full={full} readOnly={readOnly} onRule={onRule} /> : null}
    </div>
  );
}

/** A name that no other field beside it has; until it is one, it is not taken over. */
function Name({ name, taken, label, readOnly, onName }: Pick<FieldProps, 'name' | 'taken' | 'readOnly' | 'onName'> & { label: string }) {
  const { t } = useTranslation();
  const [text, setText] = useState<string>();
  const clashes = text !== undefined && taken.includes(text);
  return (
    <Input
      className="mono"
      style={{ width: 132, flex: 'none' }}
      aria-label={label}
      placeholder={t('settings.mapping.name')}
      title={clashes ? t('settings.mapping.taken') : undefined}
      status={clashes ? 'error' : undefined}
      value={text ?? name}
      disabled={readOnly}
      onChange={({ target }) => {
        setText(target.value);
        if (!taken.includes(target.value)) onName(target.value);
      }}
      onBlur={() => setText(undefined)}
    />
  );
}

type PartProps = Pick<FieldProps, 'rule' | 'readOnly' | 'onRule'> & { full: string };

function SourceValue({ rule, known, full, readOnly, onRule }: PartProps & { known: Known }) {
  const { t } = useTranslation();
  const source = sourceOf(rule);
  const label = `${t(`settings.mapping.sources.${source}`)} ${full}`;
  switch (source) {
    case 'from':
    case 'each': {
      const paths = source === 'from' ? known.paths : known.lists.map(({ path }) => path);
      const value = typeof rule[source] === 'string' ? rule[source] : '';
      return (
        <AutoComplete
          className="grow mono"
          aria-label={label}
          placeholder="data.case_id"
          value={value}
          options={paths.filter((path) => path.includes(value)).slice(0, 80).map((path) => ({ value: path }))}
          disabled={readOnly}
          onChange={(next: string) => onRule({ ...rule, [source]: next })}
        />
      );
    }
    case 'value':
      return <TypedInput label={label} value={rule.value} readOnly={readOnly} onChange={(value) => onRule({ ...rule, value: value ?? '' })} />;
    case 'code':
      return (
        <>
          <Input
            className="mono grow"
            aria-label={`${t('settings.matters.scheme')} ${full}`}
            value={(valueAt(rule, 'code.scheme') as string | undefined) ?? ''}
            disabled={readOnly}
            onChange={({ target }) => onRule(withValue(rule, 'code.scheme', target.value))}
          />
          <Select
            aria-label={`${t('settings.mapping.part')} ${full}`}
            style={{ width: 100, flex: 'none' }}
            value={(valueAt(rule, 'code.part') as string | undefined) ?? 'whole'}
            options={PARTS.map((value) => ({ value, label: t(`settings.mapping.parts.${value}`) }))}
            disabled={readOnly}
            onChange={(next) => onRule(withValue(rule, 'code.part', next === 'whole' ? undefined : next))}
          />
        </>
      );
    case 'fields':
      return <span className="grow" />;
  }
}

/** Text that is read as JSON where it is some; what is typed stays as typed while it is. */
function TypedInput({ label, value, readOnly, onChange }: { label: string; value: unknown; readOnly: boolean; onChange: (value: unknown) => void }) {
  const [text, setText] = useState<string>();
  return (
    <Input
      className="mono grow"
      aria-label={label}
      value={text ?? asTyped(value)}
      disabled={readOnly}
      onChange={({ target }) => {
        setText(target.value);
        onChange(target.value === '' ? undefined : typed(target.value));
      }}
      onBlur={() => setText(undefined)}
    />
  );
}

/** How a value is written: as a word, a time, another value, within a text, and what stands for none. */
function Dress({ rule, full, readOnly, onRule }: PartProps) {
  const { t } = useTranslation();
  const [lines, setLines] = useState<string>();
  const put = (key: string) => (value: unknown) => onRule(withValue(rule, key, value));
  const label = (key: 'words' | 'time' | 'template' | 'default' | 'translate') => `${t(`settings.mapping.${key}`)} ${full}`;
  return (
    <div className="mapping-inside form-grid">
      <span>{t('settings.mapping.words')}</span>
      <Select
        allowClear
        aria-label={label('words')}
        value={rule.words as string | undefined}
        options={WORDS.map((value) => ({ value, label: t(`settings.mapping.vocabulary.${value}`) }))}
        disabled={readOnly}
        onChange={put('words')}
      />
      <span>{t('settings.mapping.time')}</span>
      <div>
        <Switch aria-label={label('time')} checked={rule.time === true} disabled={readOnly} onChange={(next) => put('time')(next || undefined)} />
      </div>
      <span>{t('settings.mapping.translate')}</span>
      <Input.TextArea
        className="mono"
        aria-label={label('translate')}
        autoSize={{ minRows: 1, maxRows: 8 }}
        placeholder="dispatched = 20"
        value={lines ?? linesOf(rule.translate)}
        disabled={readOnly}
        onChange={({ target }) => {
          setLines(target.value);
          put('translate')(pairsOf(target.value));
        }}
        onBlur={() => setLines(undefined)}
      />
      <span>{t('settings.mapping.template')}</span>
      <Input
        aria-label={label('template')}
        placeholder="…{}…"
        value={(rule.template as string | undefined) ?? ''}
        disabled={readOnly}
        onChange={({ target }) => put('template')(target.value || undefined)}
      />
      <span>{t('settings.mapping.default')}</span>
      <div className="row">
        <TypedInput label={label('default')} value={rule.default} readOnly={readOnly} onChange={put('default')} />
        {'default' in rule ? null : (
          <Button size="small" disabled={readOnly} onClick={() => onRule({ ...rule, default: '' })}>
            {t('settings.mapping.emptyText')}
          </Button>
        )}
      </div>
    </div>
  );
}

/** What is made of each member of a list: an object of fields, or a single value. */
function Members({ rule, known, full, readOnly, onRule }: PartProps & { known: Known }) {
  const { t } = useTranslation();
  const item = isRecord(rule.item) ? rule.item : {};
  const members = known.lists.find(({ path }) => path === rule.each)?.members ?? [];
  const inside: Known = { paths: [...members, ...known.paths], lists: known.lists };
  const put = (next: Content) => onRule({ ...rule, item: next });
  return (
    <div className="mapping-inside">
      <p className="muted">{t('settings.mapping.members')}</p>
      {isRecord(item.fields) ? (
        <MappingFields fields={item.fields} known={inside} place={`${full}[].`} readOnly={readOnly} onChange={(fields) => put({ ...item, fields })} />
      ) : (
        <div className="row">
          <Select
            aria-label={`${t('settings.mapping.source')} ${full}[]`}
            value={sourceOf(item)}
            style={{ width: 118, flex: 'none' }}
            options={SOURCES.map((value) => ({ value, label: t(`settings.mapping.sources.${value}`) }))}
            disabled={readOnly}
            onChange={(next) => put(withSource(item, next))}
          />
          <SourceValue rule={item} known={inside} full={`${full}[]`} readOnly={readOnly} onRule={put} />
        </div>
      )}
    </div>
  );
}

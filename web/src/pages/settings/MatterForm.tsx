import { MinusCircleOutlined, PlusOutlined } from '@ant-design/icons';
import { Alert, Button, Card, Form, Input, InputNumber, Select, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

import type { Schemas } from '../../api/client';
import { useRules } from '../../api/configuration';
import { useMatter } from '../../api/desk';
import { useCity } from '../../api/queries';
import { isRecord, valueAt, withValue, type Content } from '../../domain/documents';
import { useLanguage } from '../../i18n';
import { PURPOSES } from '../../zones/colours';
import { AS_TEXT, asKind, CLOSURE, CONDITIONS, FILING, NAME, RULE, type Field, type RuleKind } from './matterFields';

const KINDS: readonly RuleKind[] = ['dwell', 'residue', 'density'];
const MODES: readonly Schemas['HandlingMode'][] = ['self', 'joint', 'dispatched'];
const CLOCKS: readonly Schemas['ClockKind'][] = ['urgent_hour', 'work_hour', 'work_day', 'natural_day'];

interface Props {
  content: Content;
  readOnly: boolean;
  onChange: (content: Content) => void;
}

/** A matter's file: what cameras look for, when it is filed, who handles it, how the camera sees that it is gone. */
export function MatterForm({ content, readOnly, onChange, isNew }: Props & { isNew: boolean }) {
  const { t } = useTranslation();
  const code = typeof content.code === 'string' ? content.code : '';
  const decided = useDecided(code, isNew);
  const kind = (valueAt(content, 'rule.kind') as RuleKind | undefined) ?? 'dwell';
  const shared = { content, readOnly, onChange };
  const fixed = { ...shared, readOnly: readOnly || decided };
  return (
    <Form layout="vertical" component="div" className="stack">
      <span className="muted">{t('settings.documents.notHere', { keys: AS_TEXT.join(', ') })}</span>
      {decided ? (
        <Alert
          type="info"
          showIcon
          title={t('settings.matter.decided')}
          description={t('settings.matter.decidedHint')}
          action={<Link to={`/settings/matters?matter=${encodeURIComponent(code)}`}>{t('settings.matter.toCatalogue')}</Link>}
        />
      ) : null}
      <div className="two-cards">
        <div className="stack">
          <Card size="small" title={t('settings.matter.group.rule')}>
            <Labelled label={t('settings.matter.field.rule_kind')} id="matter-kind" hint={t(`settings.matter.kindHint.${kind}`)}>
              <Select
                id="matter-kind"
                value={kind}
                disabled={readOnly}
                options={KINDS.map((value) => ({ value, label: t(`settings.matter.kind.${value}`) }))}
                onChange={(next) => onChange(asKind(content, next))}
              />
            </Labelled>
            <Fields fields={RULE.filter(({ rules }) => rules === undefined || rules.includes(kind))} {...shared} />
          </Card>
          <Card size="small" title={t('settings.matter.group.closure')}>
            <Fields fields={CLOSURE} {...shared} />
          </Card>
        </div>
        <div className="stack">
          <Card size="small" title={t('settings.matter.group.names')}>
            <Fields fields={NAME} {...shared} />
            <Codes {...fixed} />
            <Fields fields={CONDITIONS} {...fixed} />
          </Card>
          <Card size="small" title={t('settings.matter.group.handling')}>
            <Handling {...shared} decided={decided} />
          </Card>
          <Card size="small" title={t('settings.matter.group.filing')}>
            <Fields fields={FILING} {...shared} />
          </Card>
        </div>
      </div>
    </Form>
  );
}

/** Whether the catalogue has decided on this matter, so that its codes, conditions, department and limit stay. */
function useDecided(code: string, isNew: boolean): boolean {
  const entry = useMatter(isNew ? undefined : code).data;
  if (entry === undefined) return false;
  return entry.admitted_version !== null || entry.versions.some(({ state }) => state === 'reviewed' || state === 'admitted');
}

function Labelled({ label, id, hint, children }: { label: string; id: string; hint?: string; children: React.ReactNode }) {
  return (
    <Form.Item label={label} htmlFor={id} extra={hint} style={{ marginBottom: 12 }}>
      {children}
    </Form.Item>
  );
}

function Fields({ fields, ...shared }: Props & { fields: readonly Field[] }) {
  const { t } = useTranslation();
  return (
    <div className="two">
      {fields.map((field) => {
        const id = `matter-${field.path.replaceAll('.', '-')}`;
        return (
          <Labelled key={field.path} id={id} label={t(`settings.matter.field.${field.path.replaceAll('.', '_') as 'names_zh'}`)}>
            <Control id={id} field={field} {...shared} />
          </Labelled>
        );
      })}
    </div>
  );
}

function Control({ id, field, content, readOnly, onChange }: Props & { id: string; field: Field }) {
  const { t } = useTranslation();
  const rules = useRules().data ?? [];
  const value = valueAt(content, field.path);
  const put = (next: unknown) => onChange(withValue(content, field.path, next));
  const list = Array.isArray(value) ? (value as string[]) : [];
  switch (field.kind) {
    case 'number':
      return (
        <InputNumber
          id={id}
          value={typeof value === 'number' ? value : null}
          placeholder={field.otherwise === undefined ? undefined : String(field.otherwise)}
          min={field.min}
          max={field.max}
          disabled={readOnly}
          controls={false}
          style={{ width: '100%' }}
          onChange={(next) => put(next ?? undefined)}
        />
      );
    case 'yes':
      return <Switch id={id} checked={value === true} disabled={readOnly} onChange={(next) => put(next || undefined)} />;
    case 'purposes':
      return (
        <Select
          id={id}
          mode="multiple"
          value={list}
          options={PURPOSES.map((each) => ({ value: each, label: t(`purpose.${each}`) }))}
          disabled={readOnly}
          onChange={(next: string[]) => put(next)}
        />
      );
    case 'classes': {
      const known = [...new Set(rules.flatMap(({ classes }) => classes))].sort();
      return (
        <Select id={id} mode="tags" value={list} options={known.map((each) => ({ value: each }))} disabled={readOnly} onChange={(next: string[]) => put(next)} />
      );
    }
    case 'text':
      return (
        <Input.TextArea
          id={id}
          autoSize={{ minRows: 1, maxRows: 4 }}
          value={typeof value === 'string' ? value : ''}
          disabled={readOnly}
          onChange={({ target }) => put(target.value)}
        />
      );
  }
}

function Codes({ content, readOnly, onChange }: Props) {
  const { t } = useTranslation();
  const codes = (Array.isArray(content.codes) ? content.codes : []).filter(isRecord);
  const put = (next: Content[]) => onChange({ ...content, codes: next });
  const change = (at: number, key: 'scheme' | 'value', text: string) =>
    put(codes.map((each, index) => (index === at ? { ...each, [key]: text } : each)));
  return (
    <div role="group" aria-label={t('settings.matters.codes')} style={{ marginBottom: 12 }}>
      <div style={{ paddingBottom: 8 }}>{t('settings.matters.codes')}</div>
      {codes.map((code, at) => (
        <div key={at} className="row" style={{ marginBottom: 8 }}>
          <Input
            disabled={readOnly}
            aria-label={`${t('settings.matters.scheme')} ${at + 1}`}
            placeholder="gbt30428"
            value={typeof code.scheme === 'string' ? code.scheme : ''}
            onChange={({ target }) => change(at, 'scheme', target.value)}
          />
          <Input
            className="mono"
            disabled={readOnly}
            aria-label={`${t('settings.matters.code')} ${at + 1}`}
            placeholder="0000"
            maxLength={4}
            value={typeof code.value === 'string' ? code.value : ''}
            onChange={({ target }) => change(at, 'value', target.value)}
          />
          <Button
            type="text"
            disabled={readOnly}
            icon={<MinusCircleOutlined />}
            aria-label={`${t('settings.remove')} ${at + 1}`}
            onClick={() => put(codes.filter((_, index) => index !== at))}
          />
        </div>
      ))}
      <Button size="small" disabled={readOnly} icon={<PlusOutlined />} onClick={() => put([...codes, { scheme: 'gbt30428', value: '' }])}>
        {t('settings.add')}
      </Button>
    </div>
  );
}

function Handling({ content, readOnly, onChange, decided }: Props & { decided: boolean }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const departments = useCity().data?.departments ?? [];
  const put = (path: string) => (value: unknown) => onChange(withValue(content, path, value));
  const limit = valueAt(content, 'handling.limit.value');
  const department = valueAt(content, 'handling.department');
  const clock = valueAt(content, 'handling.limit.clock') as Schemas['ClockKind'] | undefined;
  const putLimit = (value: number | null) => put('handling.limit')(value === null ? undefined : { value, clock: clock ?? 'work_hour' });
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
      <Labelled label={t('settings.matters.limit')} id="matter-limit">
        <InputNumber
          id="matter-limit"
          value={typeof limit === 'number' ? limit : null}
          min={0}
          disabled={readOnly || decided}
          controls={false}
          style={{ width: '100%' }}
          onChange={putLimit}
        />
      </Labelled>
      <Labelled label={t('settings.matter.field.clock')} id="matter-clock">
        <Select
          id="matter-clock"
          value={clock}
          options={CLOCKS.map((value) => ({ value, label: t(`settings.matters.clocks.${value}`) }))}
          disabled={readOnly || decided || limit === undefined}
          onChange={put('handling.limit.clock')}
        />
      </Labelled>
    </div>
  );
}

import { MinusCircleOutlined, PlusOutlined } from '@ant-design/icons';
import { Alert, Button, Card, Form, Input, InputNumber, Select, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

import { useRules } from '../../api/configuration';
import { useMatter } from '../../api/desk';
import { isRecord, valueAt, withValue, type Content } from '../../domain/documents';
import { PURPOSES } from '../../zones/colours';
import { Handling, Labelled, Levels, Routes, type Props } from './MatterHandling';
import { AS_TEXT, asKind, CLOSURE, CONDITIONS, FILING, NAME, RECHECK, RULE, SEVERITY, type Field, type RuleKind } from './matterFields';

const KINDS: readonly RuleKind[] = ['dwell', 'residue', 'density'];

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
          <Card size="small" title={t('settings.matter.group.recheck')}>
            <p className="muted">{t('settings.matter.recheckHint')}</p>
            <Fields fields={RECHECK} {...shared} />
          </Card>
          <Card size="small" title={t('settings.matter.group.severity')}>
            <p className="muted">{t('settings.matter.severityHint')}</p>
            <Fields fields={SEVERITY} {...shared} />
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
      <Card size="small" title={t('settings.matter.group.levels')}>
        <Levels {...shared} />
      </Card>
      <Card size="small" title={t('settings.matter.group.routes')}>
        <Routes {...shared} />
      </Card>
    </Form>
  );
}

/** Whether the catalogue has decided on this matter, so that its codes, conditions, department and limit stay. */
function useDecided(code: string, isNew: boolean): boolean {
  const entry = useMatter(isNew ? undefined : code).data;
  if (entry === undefined) return false;
  return entry.admitted_version !== null || entry.versions.some(({ state }) => state === 'reviewed' || state === 'admitted');
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

import { Alert, InputNumber, Radio, Switch, Tooltip } from 'antd';
import { useTranslation } from 'react-i18next';

import type { Act } from '../camera/draft';
import { OVERRIDE_KEYS, type CameraFile, type ClosurePart, type OverrideKey } from '../camera/file';
import { fieldName } from '../camera/Differences';
import { MatterName } from '../components/parts';
import { listed, useLanguage } from '../i18n';
import { isPurpose } from './colours';
import { withMatter, withOverride } from './edits';
import { running, type Mismatch, type Rule } from './needs';

type Send = (act: Act) => void;

interface Props {
  file: CameraFile;
  act: Send;
  rules: readonly Rule[];
  wrong: readonly Mismatch[];
}

/** The matters that run on a camera, and its own values for them. */
export function MatterPanel({ file, act, rules, wrong }: Props) {
  const { t } = useTranslation();
  const runs = new Set(running(file, rules).map(({ matter }) => matter));
  const chosen = file.matters !== null && file.matters !== undefined;
  return (
    <div className="side-body stack">
      <Radio.Group
        value={chosen ? 'chosen' : 'all'}
        onChange={(event) =>
          act({ kind: 'edit', change: (before) => ({ ...before, matters: event.target.value === 'all' ? null : [...runs] }) })
        }
        options={[
          { value: 'all', label: t('zones.mattersAll') },
          { value: 'chosen', label: t('zones.mattersChosen') },
        ]}
      />
      {wrong.map((each) => (each.kind === 'nothing' ? <Alert key="nothing" type="error" showIcon title={t('zones.nothing')} description={<Purposes codes={each.purposes} />} /> : null))}
      {rules.map((rule) => (
        <MatterRow
          key={rule.matter}
          rule={rule}
          file={file}
          act={act}
          runs={runs.has(rule.matter)}
          named={file.matters?.includes(rule.matter) ?? true}
          chosen={chosen}
          wrong={wrong}
        />
      ))}
    </div>
  );
}

function Purposes({ codes }: { codes: readonly string[] }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const names = codes.map((code) => (isPurpose(code) ? t(`purpose.${code}`) : code));
  return <>{t('zones.wanted', { purposes: listed(names, 'disjunction', language) })}</>;
}

interface RowProps {
  rule: Rule;
  file: CameraFile;
  act: Send;
  runs: boolean;
  named: boolean;
  chosen: boolean;
  wrong: readonly Mismatch[];
}

function MatterRow({ rule, file, act, runs, named, chosen, wrong }: RowProps) {
  const { t } = useTranslation();
  const lacks = wrong.some((each) => each.kind === 'lacks' && each.matter === rule.matter);
  const unused = wrong.some((each) => each.kind === 'unused' && each.matter === rule.matter);
  return (
    <section className="zone-row">
      <div className="row">
        <b>
          <MatterName code={rule.matter} />
        </b>
        <span className="grow" />
        {chosen ? (
          <Switch
            size="small"
            checked={named}
            aria-label={t('zones.runs', { matter: rule.matter })}
            onChange={(on) => act({ kind: 'edit', change: (before) => withMatter(before, rule.matter, on) })}
          />
        ) : (
          <span className="muted">{runs ? t('zones.isRunning') : t('zones.noZone')}</span>
        )}
      </div>
      {lacks ? <Alert type="warning" showIcon title={t('zones.lacks')} description={<Purposes codes={rule.zones} />} /> : null}
      {!runs && !lacks ? (
        <div className="muted">
          <Purposes codes={rule.zones} />
        </div>
      ) : null}
      {unused ? <Alert type="warning" showIcon title={t('zones.unused')} /> : null}
      {runs || unused ? <OwnValues rule={rule} file={file} act={act} /> : null}
    </section>
  );
}

/** Narrow fields of the numbers that a camera may have of its own; empty: as the matter says. */
function OwnValues({ rule, file, act }: { rule: Rule; file: CameraFile; act: Send }) {
  const { t } = useTranslation();
  const own = file.overrides[rule.matter] ?? {};
  const keys = OVERRIDE_KEYS.filter((key) => key in rule.values);
  const set = (key: OverrideKey, value: number | null) =>
    act({ kind: 'edit', about: `${key} ${rule.matter}`, change: (before) => withOverride(before, rule.matter, { [key]: value }) });
  const plan: ClosurePart = { looks: rule.closure_looks, interval_s: rule.closure_interval_s, patience_s: rule.closure_patience_s };
  const close = (key: keyof ClosurePart, value: number | null) => {
    const next = { ...plan, ...own.closure, ...(value === null ? { [key]: plan[key] } : { [key]: value }) };
    const same = (Object.keys(plan) as (keyof ClosurePart)[]).every((each) => next[each] === plan[each]);
    act({
      kind: 'edit',
      about: `closure ${key} ${rule.matter}`,
      change: (before) => withOverride(before, rule.matter, { closure: same ? null : next }),
    });
  };
  return (
    <div className="values">
      {keys.map((key) => (
        <Value
          key={key}
          name={fieldName(t, key)}
          value={own[key]}
          usual={rule.values[key]}
          share={key === 'min_confidence' || key === 'min_share'}
          onChange={(value) => set(key, value)}
        />
      ))}
      <span className="muted wide">{t('zones.closure')}</span>
      {(['looks', 'interval_s', 'patience_s'] as const).map((key) => (
        <Value key={key} name={fieldName(t, key)} value={own.closure?.[key]} usual={plan[key]} onChange={(value) => close(key, value)} />
      ))}
    </div>
  );
}

interface ValueProps {
  name: string;
  value: number | null | undefined;
  usual: number | null | undefined;
  share?: boolean;
  onChange: (value: number | null) => void;
}

function Value({ name, value, usual, share = false, onChange }: ValueProps) {
  const { t } = useTranslation();
  return (
    <label>
      <span>{name}</span>
      <Tooltip title={t('zones.usual', { value: usual ?? '—' })}>
        <InputNumber
          size="small"
          min={0}
          max={share ? 1 : undefined}
          step={share ? 0.05 : 1}
          value={value ?? null}
          placeholder={String(usual ?? '—')}
          onChange={onChange}
        />
      </Tooltip>
    </label>
  );
}

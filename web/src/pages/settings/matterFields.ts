import { isRecord, withValue, type Content } from '../../domain/documents';

export type RuleKind = 'dwell' | 'residue' | 'density';

export type MatterField =
  | 'names.zh' | 'names.en' | 'conditions.filing.zh' | 'conditions.closing.zh' | 'conditions.filing.en' | 'conditions.closing.en'
  | 'rule.classes' | 'rule.attended_by' | 'rule.zones' | 'rule.outside' | 'rule.stopped_s' | 'rule.dwell_s' | 'rule.min_count'
  | 'rule.min_share' | 'rule.min_confidence' | 'rule.min_overlap' | 'rule.min_area_m2' | 'rule.unnamed'
  | 'filing.min_confidence' | 'filing.review_below' | 'grace.window_min' | 'dedup.radius_m' | 'dedup.window_h'
  | 'closure.looks' | 'closure.interval_s' | 'closure.patience_s' | 'keep_plate'
  | 'severity.area_weight' | 'severity.area_full_m2' | 'severity.dwell_weight' | 'severity.dwell_full_min' | 'severity.place_weight'
  | 'severity.repetition_weight' | 'severity.repetition_full' | 'severity.repetition_days'
  | 'recheck.tries' | 'recheck.retry_after_s' | 'recheck.answer_timeout_s';

interface Of<K extends string> {
  path: MatterField;
  kind: K;
  /** Only rules of these kinds have it; all, where absent. */
  rules?: readonly RuleKind[];
}

/** `otherwise`: what holds where the file says nothing. */
export type Field =
  | (Of<'number'> & { min?: number; max?: number; otherwise?: number })
  | Of<'text' | 'classes' | 'purposes' | 'yes'>;

const share = (path: MatterField, otherwise: number): Of<'number'> & Field => ({ path, kind: 'number', min: 0, max: 1, otherwise });

export const NAME: readonly Field[] = [
  { path: 'names.zh', kind: 'text' },
  { path: 'names.en', kind: 'text' },
];

/** What the catalogue decides on, once somebody has reviewed it. */
export const CONDITIONS: readonly Field[] = [
  { path: 'conditions.filing.zh', kind: 'text' },
  { path: 'conditions.closing.zh', kind: 'text' },
  { path: 'conditions.filing.en', kind: 'text' },
  { path: 'conditions.closing.en', kind: 'text' },
];

export const RULE: readonly Field[] = [
  { path: 'rule.classes', kind: 'classes' },
  { path: 'rule.zones', kind: 'purposes' },
  { path: 'rule.attended_by', kind: 'classes', rules: ['dwell'] },
  { path: 'rule.outside', kind: 'purposes', rules: ['density'] },
  { path: 'rule.stopped_s', kind: 'number', min: 0, rules: ['dwell'], otherwise: 10 },
  { path: 'rule.dwell_s', kind: 'number', min: 0 },
  { path: 'rule.min_count', kind: 'number', min: 1, rules: ['density'] },
  { path: 'rule.min_share', kind: 'number', min: 0, max: 1, rules: ['density'] },
  { ...share('rule.min_confidence', 0.35), rules: ['dwell', 'density'] },
  { ...share('rule.min_confidence', 0.2), rules: ['residue'] },
  { ...share('rule.min_overlap', 0.67), rules: ['dwell'] },
  { path: 'rule.min_area_m2', kind: 'number', min: 0, rules: ['residue'], otherwise: 0.05 },
  { path: 'rule.unnamed', kind: 'yes', rules: ['residue'] },
];

export const FILING: readonly Field[] = [
  share('filing.min_confidence', 0.3),
  share('filing.review_below', 0.5),
  { path: 'grace.window_min', kind: 'number', min: 0 },
  { path: 'dedup.radius_m', kind: 'number', min: 0, otherwise: 10 },
  { path: 'dedup.window_h', kind: 'number', min: 0, otherwise: 24 },
  { path: 'keep_plate', kind: 'yes' },
];

export const CLOSURE: readonly Field[] = [
  { path: 'closure.looks', kind: 'number', min: 1, max: 50, otherwise: 3 },
  { path: 'closure.interval_s', kind: 'number', min: 0, otherwise: 20 },
  { path: 'closure.patience_s', kind: 'number', min: 0, otherwise: 900 },
];

const weight = (path: MatterField): Field => ({ path, kind: 'number', min: 0, max: 100, otherwise: 1 });

/** Each part of the severity: its weight, and what counts as whole. */
export const SEVERITY: readonly Field[] = [
  weight('severity.area_weight'),
  { path: 'severity.area_full_m2', kind: 'number', min: 0, otherwise: 20 },
  weight('severity.dwell_weight'),
  { path: 'severity.dwell_full_min', kind: 'number', min: 0, otherwise: 60 },
  weight('severity.repetition_weight'),
  { path: 'severity.repetition_full', kind: 'number', min: 1, otherwise: 3 },
  weight('severity.place_weight'),
  { path: 'severity.repetition_days', kind: 'number', min: 0, max: 366, otherwise: 7 },
];

export const RECHECK: readonly Field[] = [
  { path: 'recheck.tries', kind: 'number', min: 1, max: 20, otherwise: 3 },
  { path: 'recheck.retry_after_s', kind: 'number', min: 0, max: 86_400, otherwise: 60 },
  { path: 'recheck.answer_timeout_s', kind: 'number', min: 0, max: 86_400, otherwise: 1_800 },
];

/** Keys that the form has no field for. */
export const AS_TEXT = ['rule.min_side_px', 'dedup.min_iou'] as const;

const ALL = [...RULE].map(({ path, rules }) => ({ key: path.slice('rule.'.length), rules }));

/** The rule as one of another kind: what both have stays. */
export function asKind(content: Content, kind: RuleKind): Content {
  const rule = isRecord(content.rule) ? content.rule : {};
  const known = ALL.filter(({ rules }) => rules === undefined || rules.includes(kind)).map(({ key }) => key);
  const kept = Object.entries(rule).filter(([key]) => known.includes(key));
  return withValue(content, 'rule', { kind, ...Object.fromEntries(kept) });
}

/** What a new matter begins with. */
export const EMPTY_MATTER: Content = {
  code: '',
  names: { en: '', zh: '' },
  codes: [],
  conditions: { filing: { en: '', zh: '' }, closing: { en: '', zh: '' } },
  admitted: false,
  rule: { kind: 'dwell', classes: [], zones: [], dwell_s: 300 },
  filing: { min_confidence: 0.3, review_below: 0.5 },
  handling: { mode: 'dispatched', department: '' },
};

/** What a new field mapping begins with: one field that every message has. */
export const EMPTY_MAPPING: Content = {
  language: 'zh',
  times: { format: '%Y-%m-%d %H:%M:%S', zone: 'Asia/Shanghai' },
  fields: { EventCode: { from: 'data.case_id' }, State: { from: 'data.state', words: 'state' }, ReportTime: { from: 'time', time: true } },
};

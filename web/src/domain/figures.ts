import type { Clock } from './time';

/** Indicators of which less is better. */
export const LESS_IS_BETTER: ReadonlySet<string> = new Set(['rework_rate', 'return_rate', 'extension_rate', 'repeated_rate']);

export const MILESTONES = ['reported', 'filed', 'dispatched', 'handled', 'verified', 'closed'] as const;
/** The six latencies: from the first look to the report, and from each milestone to the next. */
export const LATENCIES = ['detection', 'filed', 'dispatched', 'handled', 'verified', 'closed'] as const;
export const INDICATORS = [
  'filing_rate',
  'on_time_filing',
  'accurate_dispatch',
  'handling_rate',
  'on_time_handling',
  'closing_rate',
  'on_time_closing',
  'rework_rate',
  'return_rate',
  'extension_rate',
  'repeated_rate',
  'in_grid_closure',
] as const;
export type IndicatorName = (typeof INDICATORS)[number];

export function percent(value: number | null | undefined, digits = 1): string {
  return value === null || value === undefined ? '–' : `${(100 * value).toFixed(digits)} %`;
}

const SPANS = [
  [90, 1, 'second', 0],
  [5_400, 60, 'minute', 0],
  [172_800, 3_600, 'hour', 1],
  [Infinity, 86_400, 'day', 1],
] as const;

/** A span of time as people say it: 45 sec, 12 min, 3.5 hr, 2.1 days; a dash for none. */
export function span(seconds: number | null | undefined, language: Clock['language']): string {
  if (seconds === null || seconds === undefined) return '–';
  const [, length, unit, digits] = SPANS.find(([below]) => seconds < below) ?? SPANS[3];
  const style = { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: digits } as const;
  return new Intl.NumberFormat(language === 'zh' ? 'zh-CN' : 'en-GB', style).format(seconds / length);
}

export type Trend = 'better' | 'worse' | 'same';

/** Whether an indicator has become better since the period before. */
export function trend(name: string, now: number | null | undefined, before: number | null | undefined): Trend {
  if (now === null || now === undefined || before === null || before === undefined || now === before) return 'same';
  return now > before === !LESS_IS_BETTER.has(name) ? 'better' : 'worse';
}

import { expect, it } from 'vitest';

import { percent, span, trend } from './figures';
import { addDays, beginOf, dayOf, isCountable, periodBefore, periodOf } from './period';

const CITY = 'Asia/Shanghai';
const NOW = Date.parse('2026-11-21T20:00:00Z'); // 04:00 of the 22nd in the city
const iso = (at: number) => new Date(at).toISOString();

it('has the days of the city, not of the machine', () => {
  expect(dayOf(NOW, CITY)).toBe('2026-11-22');
  expect(iso(beginOf('2026-11-22', CITY))).toBe('2026-11-21T16:00:00.000Z');
  expect(addDays('2026-03-01', -1)).toBe('2026-02-28');
});

it('has days of 23 and 25 hours where clocks are moved', () => {
  const length = (day: string) => (beginOf(addDays(day, 1), 'Europe/Berlin') - beginOf(day, 'Europe/Berlin')) / 3_600_000;
  expect([length('2026-03-29'), length('2026-10-25'), length('2026-06-01')]).toEqual([23, 25, 24]);
});

it.each([
  ['today', '2026-11-21T16:00:00.000Z', '2026-11-21T20:00:00.000Z'],
  ['yesterday', '2026-11-20T16:00:00.000Z', '2026-11-21T16:00:00.000Z'],
  ['week', '2026-11-15T16:00:00.000Z', '2026-11-21T20:00:00.000Z'],
  ['own', '2026-10-31T16:00:00.000Z', '2026-11-03T16:00:00.000Z'],
] as const)('knows what %s is', (name, since, until) => {
  const period = periodOf(name, NOW, CITY, ['2026-11-01', '2026-11-03']);
  expect([iso(period.since), iso(period.until)]).toEqual([since, until]);
  expect(periodBefore(period).until).toBe(period.since);
  expect(isCountable(period)).toBe(true);
});

it('says figures as people do', () => {
  expect([percent(0.1234), percent(null)]).toEqual(['12.3 %', '–']);
  expect(span(45, 'en')).toMatch(/^45 secs?$/);
  expect([span(9000, 'en'), span(undefined, 'zh')]).toEqual(['2.5 hrs', '–']);
  expect(trend('rework_rate', 0.1, 0.2)).toBe('better');
  expect(trend('closing_rate', 0.1, 0.2)).toBe('worse');
  expect(trend('closing_rate', null, 0.2)).toBe('same');
});

/** Days of the city, written 2026-11-22, whatever zone the browser is in. */

export const MAX_DAYS = 92;
export const PERIODS = ['today', 'yesterday', 'week', 'month', 'own'] as const;
export type PeriodName = (typeof PERIODS)[number];

/** A stretch of time, in milliseconds since 1970: since <= t < until. */
export interface Period {
  since: number;
  until: number;
}

const DAY_MS = 86_400_000;

/** Minutes east of Greenwich that a zone's clocks show at a moment. */
function offsetMs(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value ?? 0);
  const shown = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
  return shown - Math.floor(at / 1000) * 1000;
}

/** The day that a zone's calendar shows at a moment. */
export function dayOf(at: number, zone: string): string {
  return new Date(at + offsetMs(at, zone)).toISOString().slice(0, 10);
}

export function addDays(day: string, number: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + number * DAY_MS).toISOString().slice(0, 10);
}

/** When a day begins in a zone. */
export function beginOf(day: string, zone: string): number {
  const shown = Date.parse(`${day}T00:00:00Z`);
  const near = shown - offsetMs(shown, zone);
  return shown - offsetMs(near, zone);
}

/**
 * The period that is meant by a name, until `now`, which is not part of it: midnight still is of the day before. `own` is
 * from its first day to the end of its last one, as far as it has come.
 */
export function periodOf(name: PeriodName, now: number, zone: string, own: readonly [string, string]): Period {
  const today = dayOf(now - 1, zone);
  const sinceDay = (day: string): Period => ({ since: beginOf(day, zone), until: now });
  switch (name) {
    case 'today':
      return sinceDay(today);
    case 'yesterday':
      return { since: beginOf(addDays(today, -1), zone), until: beginOf(today, zone) };
    case 'week':
      return sinceDay(addDays(today, -6));
    case 'month':
      return sinceDay(addDays(today, -29));
    case 'own': {
      const until = Math.min(now, beginOf(addDays(own[1], 1), zone));
      return { since: Math.min(beginOf(own[0], zone), until - 1), until };
    }
  }
}

/** The period of the same length before. */
export function periodBefore({ since, until }: Period): Period {
  return { since: since - (until - since), until: since };
}

export function isCountable({ since, until }: Period): boolean {
  return until > since && until - since < (MAX_DAYS + 1) * DAY_MS;
}

/** Times in the city's zone, whatever zone the browser is in. */
export interface Clock {
  zone: string;
  language: string;
}

/** Making a format costs as much as writing a hundred times: each is made once for its options, zone and language. */
const formats = new Map<Intl.DateTimeFormatOptions, Map<string, Intl.DateTimeFormat>>();
const distances = new Map<string, Intl.RelativeTimeFormat>();

function format({ zone, language }: Clock, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${zone}`;
  const same = formats.get(options) ?? new Map<string, Intl.DateTimeFormat>();
  formats.set(options, same);
  let found = same.get(key);
  if (found === undefined) {
    found = new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', { timeZone: zone, ...options });
    same.set(key, found);
  }
  return found;
}

const TIME = { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false } as const;
const YEAR = { year: 'numeric' } as const;
const DAY = { month: '2-digit', day: '2-digit' } as const;
const DAY_TIME = { ...DAY, ...TIME } as const;
const YEAR_DAY_TIME = { ...YEAR, ...DAY_TIME } as const;
const HOUR = { hour: '2-digit', minute: '2-digit', hour12: false } as const;

export function timeOfDay(at: string | number, clock: Clock): string {
  return format(clock, TIME).format(new Date(at));
}

/** Day and time; the year only where it is not this one. */
export function dayAndTime(at: string | number, clock: Clock, now: number = Date.now()): string {
  const year = format(clock, YEAR);
  const other = year.format(new Date(at)) !== year.format(now);
  return format(clock, other ? YEAR_DAY_TIME : DAY_TIME).format(new Date(at));
}

/** A day, such as 11/22 or 22/11. */
export function dayName(at: string | number, clock: Clock): string {
  return format(clock, DAY).format(new Date(at));
}

/** The hour of a day, such as 14:00. */
export function hourName(at: string | number, clock: Clock): string {
  return format(clock, HOUR).format(new Date(at));
}

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

/** How long ago, in the largest unit that fits. */
export function ago(at: string | number, clock: Clock, now: number = Date.now()): string {
  const seconds = Math.round((new Date(at).getTime() - now) / 1000);
  const [unit, length] = STEPS.find(([, step]) => Math.abs(seconds) >= step) ?? ['second', 1];
  const distance = distances.get(clock.language) ?? new Intl.RelativeTimeFormat(clock.language, { numeric: 'auto', style: 'short' });
  distances.set(clock.language, distance);
  return distance.format(Math.trunc(seconds / length), unit);
}

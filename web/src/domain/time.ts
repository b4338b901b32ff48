/** Times in the city's zone, whatever zone the browser is in. */
export interface Clock {
  zone: string;
  language: string;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(clock: Clock, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify([clock, options]);
  let found = formats.get(key);
  if (found === undefined) {
    found = new Intl.DateTimeFormat(clock.language === 'zh' ? 'zh-CN' : 'en-GB', { timeZone: clock.zone, ...options });
    formats.set(key, found);
  }
  return found;
}

const TIME = { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false } as const;

export function timeOfDay(at: string | number, clock: Clock): string {
  return format(clock, TIME).format(new Date(at));
}

/** Day and time; the year only where it is not this one. */
export function dayAndTime(at: string | number, clock: Clock, now: number = Date.now()): string {
  const year = format(clock, { year: 'numeric' });
  const other = year.format(new Date(at)) !== year.format(now);
  const day = { month: '2-digit', day: '2-digit', year: other ? 'numeric' : undefined } as const;
  return format(clock, { ...day, ...TIME }).format(new Date(at));
}

/** A day, such as 11/22 or 22/11. */
export function dayName(at: string | number, clock: Clock): string {
  return format(clock, { month: '2-digit', day: '2-digit' }).format(new Date(at));
}

/** The hour of a day, such as 14:00. */
export function hourName(at: string | number, clock: Clock): string {
  return format(clock, { hour: '2-digit', minute: '2-digit', hour12: false }).format(new Date(at));
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
  return new Intl.RelativeTimeFormat(clock.language, { numeric: 'auto', style: 'short' }).format(
    Math.trunc(seconds / length),
    unit,
  );
}

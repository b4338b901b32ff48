import { describe, expect, it } from 'vitest';

import type { Deadline, Evidence, MoveItem } from '../api/client';
import { en } from '../i18n/en';
import { zh } from '../i18n/zh';
import { fillOf, STEPS } from '../map/colours';
import { beforeAndAfter, nextDeadline, offers, pictures, shortId } from './cases';
import { ago, dayAndTime, timeOfDay } from './time';

function picture(kind: Evidence['kind'], minute: number, size: [number, number] = [1280, 720]): Evidence {
  const at = `2026-11-21T08:${String(minute).padStart(2, '0')}:00Z`;
  return { key: `${kind}-${minute}.jpg`, kind, sha256: 'a'.repeat(64), captured_at: at, size_wh: size };
}

describe('moves', () => {
  const move = (action: MoveItem['action'], needs: Partial<MoveItem> = {}): MoveItem => ({
    action,
    to: 'closed',
    needs_reason: false,
    needs: [],
    ...needs,
  });

  it('are offered as the server says, the most welcome first', () => {
    const legal = [move('void'), move('suspend', { needs: ['until'] }), move('reject', { needs_reason: true }), move('handle')];
    const offered = offers(legal);
    expect(offered.map(({ action }) => action)).toEqual(['handle', 'reject', 'suspend', 'void']);
    expect(offered[1]?.needsReason).toBe(true);
    expect(offered[2]?.needs).toEqual(['until']);
  });

  it('are never those that only a camera or the program makes', () => {
    expect(offers([move('confirm_gone'), move('still_there'), move('merge'), move('clear')])).toEqual([]);
  });
});

it('names the deadline that comes next, of those that run', () => {
  const handle: Deadline = { stage: 'handle', running: true, due_at: '2026-11-21T10:00:00Z', extensions: 0, provisional: false };
  const accept: Deadline = { ...handle, stage: 'accept', due_at: '2026-11-21T08:15:00Z' };
  const still: Deadline = { ...handle, stage: 'verify', due_at: null };
  expect(nextDeadline([still, handle, accept])?.stage).toBe('accept');
  expect(nextDeadline([still, handle, { ...accept, running: false }])?.stage).toBe('handle');
  expect(nextDeadline([still])).toBeUndefined();
});

describe('pictures', () => {
  const [wide, close, first, second] = [
    picture('wide', 2),
    picture('close', 2, [300, 300]),
    picture('after', 5),
    picture('after', 9),
  ];

  it('are shown once each, in order of time', () => {
    const all = pictures({
      events: [{ evidence: [wide, close] }],
      history: [{ evidence: [second] }, { evidence: [wide] }],
      verifications: [{ evidence: [first, second] }],
    });
    expect(all.map(({ key }) => key)).toEqual(['wide-2.jpg', 'close-2.jpg', 'after-5.jpg', 'after-9.jpg']);
  });

  it('are compared at the newest one of the same shape', () => {
    expect(beforeAndAfter([wide, close, first, second])).toEqual({ before: wide, after: second });
    const cut = picture('after', 9, [300, 300]);
    expect(beforeAndAfter([wide, first, cut])).toEqual({ before: wide, after: first });
    expect(beforeAndAfter([wide, close])).toEqual({ before: wide, after: undefined });
    expect(beforeAndAfter([])).toEqual({ before: undefined, after: undefined });
  });
});

describe('times', () => {
  const clock = { zone: 'Asia/Shanghai', language: 'zh' };
  const now = Date.parse('2026-11-21T20:00:00Z');

  it('are those of the city, not of the machine', () => {
    expect(timeOfDay('2026-11-21T18:30:05Z', clock)).toBe('02:30:05');
    expect(dayAndTime('2026-11-21T18:30:05Z', clock, now)).toBe('11/22 02:30:05');
    expect(dayAndTime('2025-12-31T18:30:05Z', clock, now)).toBe('01/01 02:30:05');
    expect(dayAndTime('2025-12-31T10:30:05Z', clock, now)).toContain('2025');
  });

  it('have a distance in the largest unit that fits', () => {
    const english = { ...clock, language: 'en' };
    expect(ago('2026-11-21T19:58:30Z', english, now)).toBe('1 min. ago');
    expect(ago('2026-11-20T19:00:00Z', english, now)).toBe('yesterday');
    expect(ago('2026-11-21T20:00:00Z', english, now)).toBe('now');
  });
});

it('shortens only long ids', () => {
  expect(shortId('20261121-536a9a779dd5')).toBe('20261121-536a9a779dd5');
  expect(shortId('0123456789'.repeat(4))).toBe('…0123456789');
});

it('colours a cell by the step it has reached', () => {
  expect(fillOf(0, false)).toBe(STEPS[0]?.light);
  expect(fillOf(3, false)).toBe(STEPS[2]?.light);
  expect(fillOf(5000, true)).toBe(STEPS.at(-1)?.dark);
});

it('has the same texts in both languages, none of them empty and none left in the other language', () => {
  const flat = (texts: object, path = ''): [string, string][] =>
    Object.entries(texts).flatMap(([key, text]: [string, unknown]) =>
      typeof text === 'string' ? [[path + key, text] as [string, string]] : flat(text as object, `${path}${key}.`),
    );
  const [english, chinese] = [flat(en), new Map(flat(zh))];
  expect([...chinese.keys()].sort()).toEqual(english.map(([key]) => key).sort());
  for (const [key, text] of english) {
    expect(text, key).not.toMatch(/^\s*$|[\u4e00-\u9fff]/);
    const fields = (whole: string) => (whole.match(/\{\{\w+\}\}/g) ?? []).sort();
    expect(fields(chinese.get(key) ?? ''), key).toEqual(fields(text));
    if (!/[±]/.test(text)) expect(chinese.get(key), key).toMatch(/[\u4e00-\u9fff]/);
  }
});

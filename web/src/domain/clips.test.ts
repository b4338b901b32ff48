import { describe, expect, it } from 'vitest';

import type { ComparedClip, ComparedRow } from '../api/comparisons';
import { choices, tally, verdictOf } from './clips';

const SIDE = { class_name: 'bag', confidence: 0.5, first_seen_s: 1, confirmed_s: 9 };
const row = (first: boolean, second: boolean, isIncident: boolean | null): ComparedRow => ({
  kind: first ? (second ? 'both' : 'first') : second ? 'second' : 'neither',
  matter: 'litter_exposed', zone: 'p', at_s: 9, is_incident: isIncident,
  first: first ? SIDE : null, second: second ? SIDE : null, first_picture: '', second_picture: '',
});

describe('what a model made of a row', () => {
  it.each([
    [true, true, 'found'],
    [false, true, 'missed'],
    [true, false, 'false'],
    [false, false, 'silent'],
    [true, null, 'reported'],
    [false, null, 'silent'],
  ] as const)('reported %s, an incident %s: %s', (reported, isIncident, verdict) => {
    expect(verdictOf(row(reported, !reported, isIncident), 'first')).toBe(verdict);
    expect(verdictOf(row(!reported, reported, isIncident), 'second')).toBe(verdict);
  });
});

it('counts over all recordings', () => {
  const clip: ComparedClip = {
    camera_id: 'gate', source: 'clip', has_truth: true, media_s: 60, looks: 60,
    rows: [row(true, true, true), row(false, true, true), row(true, false, false), row(false, false, true)],
  };
  expect(tally([clip, clip], 'first')).toEqual({ found: 2, missed: 4, false: 2, reported: 0, silent: 0 });
  expect(tally([clip, clip], 'second')).toEqual({ found: 4, missed: 2, false: 0, reported: 0, silent: 2 });
});

it('offers what there is; a recording needs the rules of a camera', () => {
  const means = {
    recent: [{ camera_id: 'gate', recent_s: 90 }],
    recordings: [{ recording_id: 'abc', size_bytes: 1, at: '2026-11-22T08:00:00Z' }],
    clips: ['square'],
  };
  expect(choices(means, undefined).map(({ key }) => key)).toEqual(['clip square', 'recent gate']);
  const all = choices(means, 'gate');
  expect(all.map(({ key }) => key)).toEqual(['clip square', 'recent gate', 'recording abc']);
  expect(all.map(({ camera_id: camera, recording_id: recording, minutes }) => [camera, recording, minutes])).toEqual([
    ['square', null, null],
    ['gate', null, 60],
    ['gate', 'abc', null],
  ]);
});

import { describe, expect, it } from 'vitest';

import type { CameraFile } from '../camera/file';
import { FILE, KERB, RULES } from '../testing/camera';
import { mismatches, running, type Mismatch } from './needs';

const PAVEMENT = { ...KERB, id: 'walk', purpose: 'pavement' };
const BAY = { ...KERB, id: 'bay', purpose: 'bike_bay' };

describe('zones and matters', () => {
  it.each<[string, Partial<CameraFile>, string[], Mismatch[]]>([
    ['fit where every zone is used', {}, ['illegal_parking'], []],
    ['nothing runs without a zone', { zones: [] }, [], [{ kind: 'nothing', purposes: ['no_parking', 'pavement', 'frontage'] }]],
    ['a camera that is to watch for nothing lacks nothing', { zones: [], matters: [] }, [], []],
    [
      'a named matter lacks its zone',
      { matters: ['illegal_parking', 'litter_exposed'] },
      ['illegal_parking'],
      [{ kind: 'lacks', matter: 'litter_exposed', purposes: ['pavement', 'frontage'] }],
    ],
    [
      'a zone is of no use to the matters that are named',
      { zones: [KERB, PAVEMENT], matters: ['illegal_parking'] },
      ['illegal_parking'],
      [{ kind: 'idle', zone: 'walk', purpose: 'pavement', matters: ['litter_exposed', 'bike_disorder'] }],
    ],
    ['a bay is of use to the matter that leaves it out', { zones: [KERB, PAVEMENT, BAY] }, ['illegal_parking', 'litter_exposed', 'bike_disorder'], []],
    [
      'values are given for what does not run',
      { overrides: { litter_exposed: { dwell_s: 5 } } },
      ['illegal_parking'],
      [{ kind: 'unused', matter: 'litter_exposed' }],
    ],
  ])('%s', (_, values, runs, wrong) => {
    const file = { ...FILE, ...values };
    expect(running(file, RULES).map(({ matter }) => matter)).toEqual(runs);
    expect(mismatches(file, RULES)).toEqual(wrong);
  });
});

import { expect, it } from 'vitest';

import { FILE, KERB } from '../testing/camera';
import { addZone, changeZone, freeId, pasteZones, removeZone, shapeZone, withMatter, withOverride } from './edits';

const SIZE = [1280, 720] as const;

it('draws a zone on the picture that is shown, with an id of its own', () => {
  const added = addZone(FILE, [[10.04, 20], [30, 20], [30, 40]], SIZE, 'pavement');
  expect(added.zones.at(-1)).toEqual({
    id: 'zone-1',
    purpose: 'pavement',
    resolution_wh: [1280, 720],
    polygon_px: [[10, 20], [30, 20], [30, 40]],
  });
  expect(FILE.zones).toHaveLength(1);
});

it('changes one zone and leaves the others as they were written', () => {
  const two = addZone(FILE, [[0, 0], [9, 0], [9, 9]], SIZE, 'road');
  const shaped = shapeZone(two, 1, [[1, 1], [9, 0], [9, 9]], SIZE);
  expect(shaped.zones[0]).toBe(two.zones[0]);
  expect(shaped.zones[1]?.polygon_px[0]).toEqual([1, 1]);
  expect(changeZone(two, 0, { id: 'curb' }).zones[0]).toEqual({ ...KERB, id: 'curb' });
  expect(removeZone(two, 0).zones).toEqual([two.zones[1]]);
});

it('copies zones to a picture of another size, none of them under an id that is taken', () => {
  const pasted = pasteZones(FILE, [KERB, { ...KERB, id: 'lane' }], SIZE);
  expect(pasted.zones.map(({ id }) => id)).toEqual(['kerb', 'kerb-2', 'lane']);
  expect(pasted.zones[1]?.polygon_px).toEqual([[20, 20], [220, 20], [220, 120]]);
  expect(pasted.zones[1]?.resolution_wh).toEqual([1280, 720]);
});

it('finds an id that is free', () => {
  expect(freeId([{ id: 'zone-1' }])).toBe('zone-2');
});

it('gives a matter values of its own, and takes the last one back without leaving a trace', () => {
  const own = withOverride(FILE, 'illegal_parking', { dwell_s: 60 });
  expect(own.overrides).toEqual({ illegal_parking: { dwell_s: 60 } });
  expect(withOverride(own, 'illegal_parking', { stopped_s: 5 }).overrides.illegal_parking).toEqual({ dwell_s: 60, stopped_s: 5 });
  expect(withOverride(own, 'illegal_parking', { dwell_s: null }).overrides).toEqual({});
});

it('puts a matter on the list once', () => {
  const named = withMatter(withMatter(FILE, 'litter_exposed', true), 'litter_exposed', true);
  expect(named.matters).toEqual(['litter_exposed']);
  expect(withMatter(named, 'litter_exposed', false).matters).toEqual([]);
});

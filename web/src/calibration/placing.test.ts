import { describe, expect, it } from 'vitest';

import type { BaseMap } from '../api/baseMaps';
import { baseMapAt, readWorldFile, writeCorners } from './placing';

describe('a world file', () => {
  it.each([
    ['0.5\n0\n0\n-0.5\n500000.25\n2491000.75\n', '0.5,0,0,-0.5,500000.25,2491000.75'],
    ['0.5, 0, 0, -0.5, 5e5, 2491000.', '0.5,0,0,-0.5,5e5,2491000.'],
    ['0.5 0 0 -0.5 500000', undefined],
    ['0.5 0 0 -0.5 500000 north', undefined],
    ['', undefined],
  ])('%j', (text, expected) => expect(readWorldFile(text)).toBe(expected));
});

describe('corners', () => {
  it.each([
    [['114.1, 22.6', '114.2 22.6', '114.1，22.5'], '114.1,22.6;114.2,22.6;114.1,22.5'],
    [['22.6N 114.1E', '22.6, 114.2', '114.1,22.5'], '114.1,22.6;114.2,22.6;114.1,22.5'],
    [['500120.5, 2491000.25', '500220.5, 2491000.25', '500120.5 2490900'], '500120.5,2491000.25;500220.5,2491000.25;500120.5,2490900'],
    [['114.1, 22.6', '', '114.1, 22.5'], undefined],
    [['114.1, 22.6', 'there', '114.1, 22.5'], undefined],
  ])('%j', (texts, expected) => expect(writeCorners(texts)).toBe(expected));
});

describe('the picture under a place', () => {
  const map = (id: string, west: number, east: number): BaseMap => ({
    map_id: id,
    name: id,
    extent_m: [west * 111_000, 0, east * 111_000, 111_000],
    bounds_lonlat: [west, 22, east, 23],
    size_wh: [100, 100],
    size_bytes: 1,
    by: 'li',
    at: '2026-11-22T08:00:00Z',
  });
  const maps = [map('city', 114, 115), map('square', 114.4, 114.6), map('elsewhere', 120, 121)];

  it.each([
    [114.5, 22.5, 'square'],
    [114.1, 22.5, 'city'],
    [0, 0, undefined],
  ])('%d, %d', (lon, lat, expected) => expect(baseMapAt(maps, { lon, lat })?.map_id).toBe(expected));
});

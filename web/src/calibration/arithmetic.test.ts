import { describe, expect, it } from 'vitest';

import type { PointPart } from '../camera/file';
import { FILE } from '../testing/camera';
import { distanceM, lackingSides, meanSquare, outlier, readCoordinates, scaledPoints, type LonLat } from './arithmetic';
import { addPoint, changePoint, pointsOf, removePoint } from './pairs';

const SIZE = [1280, 720] as const;

function at(x: number, y: number): PointPart {
  return { px: [x, y], lon: 114.13, lat: 22.54 };
}

describe('coordinates that somebody has copied', () => {
  it.each<[string, LonLat | undefined]>([
    ['114.13, 22.54', { lon: 114.13, lat: 22.54 }],
    ['114.13 22.54', { lon: 114.13, lat: 22.54 }],
    ['22.54, 114.13', { lon: 114.13, lat: 22.54 }],
    ['22.54N 114.13E', { lon: 114.13, lat: 22.54 }],
    ['33.9S, 18.4E', { lon: 18.4, lat: -33.9 }],
    ['-70.5,-33.4', { lon: -70.5, lat: -33.4 }],
    ['114°07\'48"E, 22°32\'24"N', { lon: 114.13, lat: 22.54 }],
    ['经度114.13 纬度22.54', { lon: 114.13, lat: 22.54 }],
    ['114.13', undefined],
    ['114.13, 22.54, 12', undefined],
    ['214.13, 22.54', undefined],
    ['somewhere', undefined],
  ])('%s', (text, expected) => {
    expect(readCoordinates(text)).toEqual(expected);
  });
});

it('measures a short way on the ground', () => {
  expect(distanceM({ lon: 114.13, lat: 22.54 }, { lon: 114.13, lat: 22.541 })).toBeCloseTo(111.2, 1);
  expect(distanceM({ lon: 114.13, lat: 60 }, { lon: 114.131, lat: 60 })).toBeCloseTo(55.6, 1);
});

it('moves points to a picture of another size', () => {
  expect(scaledPoints([at(64, 36)], [640, 360], SIZE)[0]?.px).toEqual([128, 72]);
});

describe('points are missing', () => {
  const watched = [[100, 200], [1200, 200], [1200, 700], [100, 700]] as const;
  it.each<[string, PointPart[], string[]]>([
    ['nowhere, where they reach around what is watched', [at(150, 650), at(1150, 650), at(200, 250), at(1100, 250)], []],
    ['far away', [at(150, 650), at(1150, 650), at(200, 500)], ['far']],
    ['near and on the right', [at(150, 250), at(500, 300)], ['near', 'right']],
    ['not yet said without any point', [], []],
  ])('%s', (_, points, expected) => {
    expect(lackingSides(points, watched, SIZE)).toEqual(expected);
  });
});

it('tells the point that does not fit', () => {
  expect(meanSquare([3, 4])).toBeCloseTo(3.54, 2);
  expect(outlier([1, 1.2, 9, 1.1])).toBe(2);
  expect(outlier([1, 1.2, 0.9, 1.1])).toBeUndefined();
  expect(outlier([1, 9])).toBeUndefined();
  expect(outlier([0.01, 0.001, 0.001, 0])).toBeUndefined();
});

describe('pairs', () => {
  const two = [at(640, 360), at(100, 700)].reduce((file, point) => addPoint(file, point, SIZE), FILE);

  it('are added, moved and removed on the picture that is shown', () => {
    expect(two.calibration).toEqual({ resolution_wh: [1280, 720], crs: 'EPSG:4326', points: [at(640, 360), at(100, 700)] });
    expect(changePoint(two, 1, { px: [120, 690] }, SIZE).calibration?.points[1]?.px).toEqual([120, 690]);
    expect(removePoint(removePoint(two, 0, SIZE), 0, SIZE).calibration).toBeNull();
  });

  it('keep the picture’s side as it was written when only the place changes', () => {
    const moved = changePoint(two, 0, { lon: 114.2 }, [640, 360]);
    expect(moved.calibration?.resolution_wh).toEqual([1280, 720]);
    expect(moved.calibration?.points[0]).toEqual({ px: [640, 360], lon: 114.2, lat: 22.54 });
    expect(pointsOf(moved, [640, 360])[0]?.px).toEqual([320, 180]);
  });
});

import { describe, expect, it } from 'vitest';

import { faultOf, fromGeoJson, regionOf, saidOf } from './region';

const SQUARE = [[114, 22], [114.1, 22], [114.1, 22.1], [114, 22.1]] as const;
const RING = [...SQUARE, SQUARE[0]];
const POLYGON = { type: 'Polygon', coordinates: [RING] };

describe('a region of a document', () => {
  it.each([
    ['a polygon', { crs: 'EPSG:4490', polygon: SQUARE.map((each) => [...each]) }],
    ['cells', { cells: ['440303001'] }],
  ])('comes back as it was: %s', (_name, said) => expect(saidOf(regionOf(said))).toEqual(said));
  it('is absent where nothing is said', () => expect(saidOf(regionOf(undefined))).toBeUndefined());
});

it.each([
  ['nothing drawn', [], undefined],
  ['a square', SQUARE, undefined],
  ['two corners', SQUARE.slice(0, 2), 'few'],
  ['a bow tie', [SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]], 'crosses'],
  ['a line', [[0, 0], [1, 1], [2, 2], [1, 1]], 'crosses'],
  ['metres of a projection', [[500_000, 2_490_000], [500_100, 2_490_000], [500_100, 2_490_100]], 'outside'],
] as const)('the corners of %s', (_name, corners, fault) => expect(faultOf(corners)).toBe(fault));

describe('GeoJSON', () => {
  it.each([
    ['a polygon', POLYGON],
    ['a feature', { type: 'Feature', properties: {}, geometry: POLYGON }],
    ['a collection of one', { type: 'FeatureCollection', features: [{ type: 'Feature', geometry: POLYGON }] }],
    ['a multipolygon of one', { type: 'MultiPolygon', coordinates: [[RING]] }],
    ['heights', { type: 'Polygon', coordinates: [RING.map(([x, y]) => [x, y, 5])] }],
  ])('gives its corners: %s', (_name, said) => expect(fromGeoJson(JSON.stringify(said))).toEqual({ corners: SQUARE.map((each) => [...each]) }));

  it.each([
    ['no JSON', '{', 'json'],
    ['a point', '{"type": "Point", "coordinates": [114, 22]}', 'polygon'],
    ['a list', '[]', 'polygon'],
    ['two polygons', JSON.stringify({ type: 'MultiPolygon', coordinates: [[RING], [RING]] }), 'several'],
    ['a hole', JSON.stringify({ type: 'Polygon', coordinates: [RING, RING] }), 'holes'],
    ['two corners', JSON.stringify({ type: 'Polygon', coordinates: [RING.slice(0, 2)] }), 'polygon'],
  ])('is refused: %s', (_name, text, fault) => expect(fromGeoJson(text)).toEqual({ fault }));
});

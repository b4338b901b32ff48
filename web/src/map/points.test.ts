import VectorSource from 'ol/source/Vector';
import { expect, it } from 'vitest';

import { bringPoints } from './points';

type Dot = readonly [id: string, place: { lon: number; lat: number }, state: string];

const HERE = { lon: 114.13, lat: 22.54 };
const THERE = { lon: 114.14, lat: 22.55 };

function shown(source: VectorSource): string[] {
  return source.getFeatures().map((feature) => `${feature.getId()} ${feature.get('state')}`).sort();
}

it('adds, changes and removes what differs, and leaves the rest alone', () => {
  const source = new VectorSource();
  const bring = (...dots: Dot[]) => bringPoints(source, dots, (dot) => dot);
  bring(['a', HERE, 'watching'], ['b', HERE, 'blind'], ['c', HERE, 'watching']);
  expect(shown(source)).toEqual(['a watching', 'b blind', 'c watching']);

  const kept = source.getFeatureById('a');
  let changes = 0;
  source.on('change', () => (changes += 1));
  bring(['a', HERE, 'watching'], ['b', HERE, 'blind'], ['c', HERE, 'watching']);
  expect(changes).toBe(0);

  bring(['a', THERE, 'watching'], ['b', HERE, 'watching'], ['d', HERE, 'paused']);
  expect(shown(source)).toEqual(['a watching', 'b watching', 'd paused']);
  expect(source.getFeatureById('a')).toBe(kept);
  const [lon] = kept?.getGeometry()?.getExtent() ?? [];
  expect(lon).toBeCloseTo(114.14 * 111_319.49, 0);
});

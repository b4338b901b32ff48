import { expect, test } from 'vitest';

import { familyMeans } from './models';

test('a family is the mean of its classes that were measured on one data set', () => {
  const figures = { 'held_out.person.ap50': 0.8, 'held_out.car.ap50': 0.6, 'held_out.goods.ap50': 0.5, 'streets.person.ap50': 0.1, 'held_out.things.ap50_95': 0.4 };
  expect(familyMeans(figures)).toEqual([
    ['people_and_vehicles', 0.7],
    ['trade', 0.5],
  ]);
  expect(familyMeans(figures, 'streets')).toEqual([['people_and_vehicles', 0.1]]);
  expect(familyMeans({})).toEqual([]);
});

import { expect, it } from 'vitest';

import { thingName } from './things';

it.each([
  ['garbage_bag', 'zh', '垃圾袋'],
  ['garbage_bag', 'en', 'rubbish bag'],
  ['traffic_cone', 'zh', 'traffic_cone'],
] as const)('calls %s in %s %s', (name, language, told) => {
  expect(thingName(name, language)).toBe(told);
});

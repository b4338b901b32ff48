import type { Language } from '.';

/** What operators call the classes of detectors. A model may know others: they keep their names. */
const THINGS: Readonly<Record<string, Readonly<Record<Language, string>>>> = {
  person: { en: 'person', zh: '行人' },
  bicycle: { en: 'bicycle', zh: '自行车' },
  car: { en: 'car', zh: '小汽车' },
  motorcycle: { en: 'motorcycle', zh: '摩托车' },
  bus: { en: 'bus', zh: '客车' },
  truck: { en: 'truck', zh: '货车' },
  umbrella: { en: 'umbrella', zh: '伞' },
  chair: { en: 'chair', zh: '椅子' },
  bench: { en: 'bench', zh: '长椅' },
  table: { en: 'table', zh: '桌子' },
  backpack: { en: 'backpack', zh: '背包' },
  handbag: { en: 'handbag', zh: '手提包' },
  suitcase: { en: 'suitcase', zh: '行李箱' },
  garbage: { en: 'heap of rubbish', zh: '垃圾堆' },
  garbage_bag: { en: 'rubbish bag', zh: '垃圾袋' },
  litter_item: { en: 'litter', zh: '零散垃圾' },
  stall: { en: 'stall', zh: '摊位' },
  goods: { en: 'goods', zh: '堆放物' },
  bin: { en: 'bin', zh: '垃圾桶' },
};

/** The name of a class in a language. */
export function thingName(name: string, language: Language): string {
  return THINGS[name]?.[language] ?? name;
}

/** Classes that stand and fall together, as the gate judges them. */
export const FAMILIES = {
  people_and_vehicles: ['person', 'bicycle', 'car', 'motorcycle', 'bus', 'truck'],
  things: ['umbrella', 'chair', 'bench', 'table', 'backpack', 'handbag', 'suitcase'],
  rubbish: ['garbage', 'garbage_bag', 'litter_item'],
  trade: ['stall', 'goods', 'bin'],
} as const;
export type Family = keyof typeof FAMILIES;

/** The mean AP50 of each family on one data set, by figures named `data.class.ap50`; the first data set when none is named. */
export function familyMeans(figures: Readonly<Record<string, number>>, data?: string): [Family, number][] {
  const named = data ?? Object.keys(figures).find((name) => name.endsWith('.ap50'))?.split('.')[0];
  return (Object.keys(FAMILIES) as Family[]).flatMap((family) => {
    const values = FAMILIES[family].map((name) => figures[`${named}.${name}.ap50`]).filter((value) => value !== undefined);
    return values.length ? [[family, values.reduce((sum, value) => sum + value, 0) / values.length] as [Family, number]] : [];
  });
}

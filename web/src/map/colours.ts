/** Steps of the colour scale: from how many cases on, and the fill for light and dark ground. */
export const STEPS: readonly { from: number; light: string; dark: string }[] = [
  { from: 0, light: 'rgba(255,255,255,.62)', dark: 'rgba(255,255,255,.035)' },
  { from: 1, light: 'rgba(255,213,128,.85)', dark: 'rgba(176,118,20,.62)' },
  { from: 2, light: 'rgba(255,169,77,.88)', dark: 'rgba(207,112,22,.72)' },
  { from: 4, light: 'rgba(240,101,64,.90)', dark: 'rgba(214,72,38,.82)' },
  { from: 8, light: 'rgba(192,30,46,.92)', dark: 'rgba(226,38,60,.92)' },
];

export function fillOf(number: number, dark: boolean): string {
  const step = STEPS.findLast(({ from }) => number >= from) ?? STEPS[0];
  return step?.[dark ? 'dark' : 'light'] ?? 'transparent';
}

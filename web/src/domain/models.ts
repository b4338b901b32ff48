/** The figures of a model that its line in a list has room for: means over a data set first, else the first ones. */
export function headline(figures: Readonly<Record<string, number>>, number = 3): [string, number][] {
  const all = Object.entries(figures).filter(([, value]) => value >= 0 && value <= 1);
  const means = all.filter(([name]) => /\b(mean|all|map)\b|map/i.test(name));
  return (means.length ? means : all).slice(0, number);
}

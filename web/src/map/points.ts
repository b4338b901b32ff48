import type Feature from 'ol/Feature';
import Point from 'ol/geom/Point';
import { fromLonLat } from 'ol/proj';
import type VectorSource from 'ol/source/Vector';

import { pointOf } from './styles';

type Place = { lon: number; lat: number };

/** Bring the points of a layer to what is to be shown, touching only those that differ. */
export function bringPoints<T>(
  source: VectorSource | null | undefined,
  items: readonly T[],
  read: (item: T) => readonly [id: string, place: Place, state: string],
): void {
  if (!source) return;
  const gone = new Map(source.getFeatures().map((feature) => [String(feature.getId()), feature]));
  const fresh: Feature[] = [];
  for (const item of items) {
    const [id, place, state] = read(item);
    const known = gone.get(id);
    gone.delete(id);
    if (known === undefined) {
      fresh.push(pointOf(id, place, state));
      continue;
    }
    if (known.get('state') !== state) known.set('state', state);
    const point = known.getGeometry();
    const at = fromLonLat([place.lon, place.lat]);
    if (point instanceof Point && point.getCoordinates().some((value, axis) => value !== at[axis])) point.setCoordinates(at);
  }
  if (gone.size > 0) source.removeFeatures([...gone.values()]);
  if (fresh.length > 0) source.addFeatures(fresh);
}

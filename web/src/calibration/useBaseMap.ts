import { useMemo, useState } from 'react';

import { baseMapUrl, useBaseMaps, type BaseMap } from '../api/baseMaps';
import type { Ground } from '../map/useGround';
import { useImage } from '../components/image';
import type { LonLat } from './arithmetic';
import { baseMapAt } from './placing';

const KEY = 'gridpatrol.base-map.';

/**
 * The picture of the ground that lies under a map: the one last chosen for it, else one that shows a place, else, where
 * there is no place yet, the first.
 */
export function useBaseMap(map: string, place: LonLat | undefined): { chosen?: BaseMap; ground?: Ground; choose: (id: string) => void } {
  const maps = useBaseMaps().data;
  const [wish, setWish] = useState(() => localStorage.getItem(KEY + map));
  const chosen = wish === '' ? undefined : (maps?.find((each) => each.map_id === wish) ?? (place ? baseMapAt(maps ?? [], place) : maps?.[0]));
  const { url } = useImage(chosen ? baseMapUrl(chosen.map_id) : undefined);
  const extent = chosen?.extent_m;
  const ground = useMemo(() => (extent && url ? { url, extent } : undefined), [extent, url]);
  const choose = (id: string) => {
    localStorage.setItem(KEY + map, id);
    setWish(id);
  };
  return { chosen, ground, choose };
}

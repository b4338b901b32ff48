import { useMemo, useState } from 'react';

import { baseMapUrl, useBaseMaps, type BaseMap } from '../api/baseMaps';
import { useImage } from '../components/image';
import type { LonLat } from './arithmetic';
import { baseMapAt } from './placing';
import type { Ground } from './PlaceMap';

const KEY = 'gridpatrol.base-map.';

/** The picture of the ground that lies under a camera's map: the one last chosen, else one that shows its place. */
export function useBaseMap(cameraId: string, place: LonLat): { chosen?: BaseMap; ground?: Ground; choose: (id: string) => void } {
  const maps = useBaseMaps().data;
  const [wish, setWish] = useState(() => localStorage.getItem(KEY + cameraId));
  const chosen = wish === '' ? undefined : (maps?.find((each) => each.map_id === wish) ?? baseMapAt(maps ?? [], place));
  const { url } = useImage(chosen ? baseMapUrl(chosen.map_id) : undefined);
  const extent = chosen?.extent_m;
  const ground = useMemo(() => (extent && url ? { url, extent } : undefined), [extent, url]);
  const choose = (id: string) => {
    localStorage.setItem(KEY + cameraId, id);
    setWish(id);
  };
  return { chosen, ground, choose };
}

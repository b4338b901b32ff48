import ImageLayer from 'ol/layer/Image';
import ImageStatic from 'ol/source/ImageStatic';
import { useEffect, useMemo } from 'react';

/** A picture of the ground, north up; west, south, east, north in web Mercator. */
export interface Ground {
  url: string;
  extent: readonly [number, number, number, number];
}

/** The layer under a map, with the picture of the ground that is chosen; empty without one. */
export function useGround(base: Ground | undefined): ImageLayer<ImageStatic> {
  const beneath = useMemo(() => new ImageLayer<ImageStatic>(), []);
  useEffect(() => {
    beneath.setSource(base ? new ImageStatic({ url: base.url, imageExtent: [...base.extent], projection: 'EPSG:3857' }) : null);
  }, [beneath, base]);
  return beneath;
}

import OlMap from 'ol/Map';
import View from 'ol/View';
import { Zoom } from 'ol/control';
import { platformModifierKeyOnly } from 'ol/events/condition';
import { defaults, MouseWheelZoom } from 'ol/interaction';
import type BaseLayer from 'ol/layer/Base';
import ImageLayer from 'ol/layer/Image';
import { Projection } from 'ol/proj';
import ImageStatic from 'ol/source/ImageStatic';
import { useEffect, useMemo, useRef, type RefObject } from 'react';

interface Wish {
  picture?: string;
  size: readonly [number, number];
  /** Drawn over the picture; made once. Their coordinates are pixels from the bottom left. */
  layers: readonly BaseLayer[];
  /** Whether the picture can be enlarged. */
  zooms: boolean;
  onMade?: (map: OlMap) => void;
}

/** A picture as a map, to look at and to draw on. */
export function usePictureMap({ picture, size, layers, zooms, onMade }: Wish): {
  target: RefObject<HTMLDivElement | null>;
  map: RefObject<OlMap | undefined>;
} {
  const [width, height] = size;
  const target = useRef<HTMLDivElement>(null);
  const map = useRef<OlMap | undefined>(undefined);
  const image = useMemo(() => new ImageLayer<ImageStatic>(), []);
  const made = useRef(onMade);
  useEffect(() => {
    made.current = onMade;
  });

  useEffect(() => {
    const extent = [0, 0, width, height];
    const projection = new Projection({ code: 'picture', units: 'pixels', extent });
    const created = new OlMap({
      target: target.current ?? undefined,
      controls: zooms ? [new Zoom({ zoomInTipLabel: '+', zoomOutTipLabel: '−' })] : [],
      interactions: defaults({ doubleClickZoom: false, mouseWheelZoom: false, dragPan: zooms, altShiftDragRotate: false }),
      layers: [image, ...layers],
      view: new View({ projection, extent, showFullExtent: true, constrainOnlyCenter: false, maxZoom: 8 }),
    });
    // The wheel scrolls the page; with the Ctrl key it enlarges the picture.
    if (zooms) created.addInteraction(new MouseWheelZoom({ condition: platformModifierKeyOnly }));
    created.getView().fit(extent);
    map.current = created;
    made.current?.(created);
    const observer = new ResizeObserver(() => {
      created.updateSize();
      created.getView().fit(extent);
    });
    if (target.current) observer.observe(target.current);
    return () => {
      observer.disconnect();
      created.setTarget(undefined);
      // Layers outlive a map that is made anew for a picture of another size.
      created.getLayers().clear();
      map.current = undefined;
    };
  }, [image, layers, width, height, zooms]);

  useEffect(() => {
    const extent = [0, 0, width, height];
    const projection = new Projection({ code: 'picture', units: 'pixels', extent });
    image.setSource(picture === undefined ? null : new ImageStatic({ url: picture, imageExtent: extent, projection, interpolate: true }));
  }, [image, picture, width, height]);

  return { target, map };
}

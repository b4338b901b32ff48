import type Feature from 'ol/Feature';
import OlMap from 'ol/Map';
import View from 'ol/View';
import { ScaleLine, Zoom } from 'ol/control';
import { isEmpty } from 'ol/extent';
import GeoJSON from 'ol/format/GeoJSON';
import type BaseLayer from 'ol/layer/Base';
import VectorLayer from 'ol/layer/Vector';
import VectorSource from 'ol/source/Vector';
import type { StyleLike } from 'ol/style/Style';
import { useEffect, useMemo, useRef, type RefObject } from 'react';

import type { GridCollection } from '../api/queries';
import { useDark } from '../theme';
import { cellStyle } from './styles';

interface Wish {
  grid: GridCollection | undefined;
  /** Drawn under the grid; made once. */
  beneath?: BaseLayer;
  /** Drawn over the grid; made once, and filled by an effect before this hook's own, which look at what is there. */
  layers: readonly VectorLayer[];
  /** Whether there is something in the last layer, to look at first; else the whole grid is shown. */
  hasAny: boolean;
  closeEnough: number;
  /** How cells are drawn; plainly, where absent. */
  cells?: StyleLike;
  onMade: (map: OlMap) => void;
}

const GEOJSON = new GeoJSON({ featureProjection: 'EPSG:3857' });

/** The grid of the city, to put something on it. It shows what is there, and stays where people move it. */
export function useGridMap({ grid, beneath, layers, hasAny, closeEnough, cells, onMade }: Wish): {
  target: RefObject<HTMLDivElement | null>;
  map: RefObject<OlMap | undefined>;
} {
  const dark = useDark();
  const target = useRef<HTMLDivElement>(null);
  const map = useRef<OlMap | undefined>(undefined);
  const made = useRef(onMade);
  const source = useMemo(() => new VectorSource(), []);
  const ground = useMemo(() => new VectorLayer({ source }), [source]);
  useEffect(() => {
    made.current = onMade;
  });

  useEffect(() => {
    const created = new OlMap({
      target: target.current ?? undefined,
      layers: [...(beneath ? [beneath] : []), ground, ...layers],
      controls: [new Zoom({ zoomInTipLabel: '+', zoomOutTipLabel: '−' }), new ScaleLine()],
      view: new View({ center: [0, 0], zoom: 2, maxZoom: 23 }),
    });
    map.current = created;
    made.current(created);
    return () => {
      created.setTarget(undefined);
      created.getLayers().clear();
      map.current = undefined;
    };
  }, [ground, beneath, layers]);

  useEffect(() => {
    source.clear();
    if (grid) source.addFeatures(GEOJSON.readFeatures(grid));
  }, [source, grid]);

  useEffect(() => {
    ground.setStyle(cells ?? cellStyle(0, { dark }));
  }, [ground, cells, dark]);

  const ready = hasAny ? 'own' : grid?.features.length ? 'grid' : '';
  useEffect(() => {
    const shown = map.current;
    const view = shown?.getView();
    if (!shown || !view || ready === '') return undefined;
    const top = layers.at(-1)?.getSource() as VectorSource<Feature> | null | undefined;
    const fit = () => {
      const whole = (ready === 'own' ? top : source)?.getExtent();
      if (whole && !isEmpty(whole)) view.fit(whole, { padding: [30, 30, 30, 30], maxZoom: closeEnough });
    };
    const taken = () => shown.un('change:size', fit);
    fit();
    shown.on('change:size', fit);
    shown.once(['pointerdrag', 'singleclick'], taken);
    return taken;
  }, [ready, layers, source, closeEnough]);

  return { target, map };
}

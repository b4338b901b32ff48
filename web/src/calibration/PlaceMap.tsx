import type Feature from 'ol/Feature';
import OlMap from 'ol/Map';
import View from 'ol/View';
import { ScaleLine, Zoom } from 'ol/control';
import { createEmpty, extend, isEmpty } from 'ol/extent';
import GeoJSON from 'ol/format/GeoJSON';
import type Point from 'ol/geom/Point';
import Modify from 'ol/interaction/Modify';
import VectorLayer from 'ol/layer/Vector';
import { fromLonLat, toLonLat } from 'ol/proj';
import VectorSource from 'ol/source/Vector';
import { useEffect, useMemo, useRef } from 'react';

import type { GridCollection } from '../api/queries';
import { cellStyle } from '../map/styles';
import { useDark } from '../theme';
import { rounded, type LonLat } from './arithmetic';
import { markFeature, type MarkLook } from './marks';

export interface Place extends LonLat, MarkLook {
  key: string;
}

interface Props {
  label: string;
  grid: GridCollection | undefined;
  places: readonly Place[];
  onPick?: (place: LonLat) => void;
  onMove?: (key: string, place: LonLat) => void;
  onSelect?: (key: string) => void;
}

const GEOJSON = new GeoJSON({ featureProjection: 'EPSG:3857' });
const CLOSE_ENOUGH = 20;

/** The grid with numbered places on it, to be picked and moved. WGS84. */
export function PlaceMap(props: Props) {
  const { label, grid, places } = props;
  const dark = useDark();
  const target = useRef<HTMLDivElement>(null);
  const map = useRef<OlMap | undefined>(undefined);
  const latest = useRef(props);
  const [cells, marks] = useMemo(() => [new VectorSource(), new VectorSource<Feature<Point>>()], []);
  const ground = useMemo(() => new VectorLayer({ source: cells }), [cells]);
  useEffect(() => {
    latest.current = props;
  });

  useEffect(() => {
    const layer = new VectorLayer({ source: marks });
    const created = new OlMap({
      target: target.current ?? undefined,
      layers: [ground, layer],
      controls: [new Zoom({ zoomInTipLabel: '+', zoomOutTipLabel: '−' }), new ScaleLine()],
      view: new View({ center: [0, 0], zoom: 2, maxZoom: 23 }),
    });
    const modify = new Modify({ source: marks, insertVertexCondition: () => false });
    modify.on('modifyend', ({ features }) => {
      for (const feature of features.getArray()) {
        const geometry = feature.getGeometry() as Point | undefined;
        const key = String(feature.getId());
        const before = latest.current.places.find((place) => place.key === key);
        if (!geometry || !before) continue;
        const place = placeAt(geometry.getCoordinates());
        if (place.lon !== before.lon || place.lat !== before.lat) latest.current.onMove?.(key, place);
      }
    });
    created.addInteraction(modify);
    created.on('singleclick', (event) => {
      const [found] = created.getFeaturesAtPixel(event.pixel, { layerFilter: (each) => each === layer, hitTolerance: 4 });
      if (found) latest.current.onSelect?.(String(found.getId()));
      else latest.current.onPick?.(placeAt(event.coordinate));
    });
    map.current = created;
    return () => {
      created.setTarget(undefined);
      created.getLayers().clear();
      map.current = undefined;
    };
  }, [ground, marks]);

  useEffect(() => {
    cells.clear();
    if (grid) cells.addFeatures(GEOJSON.readFeatures(grid));
  }, [cells, grid]);

  useEffect(() => {
    ground.setStyle(cellStyle(0, { dark }));
  }, [ground, dark]);

  useEffect(() => {
    marks.clear();
    marks.addFeatures(places.map((place) => markFeature(place.key, fromLonLat([place.lon, place.lat]), place)));
  }, [marks, places]);

  // Where to look first: at the places; at the whole grid while there is none. Then the map stays where people move it.
  const anywhere = places.some(({ lon, lat }) => lon !== 0 || lat !== 0);
  const ready = anywhere ? 'places' : grid?.features.length ? 'grid' : '';
  useEffect(() => {
    const shown = map.current;
    const view = shown?.getView();
    if (!shown || !view || ready === '') return undefined;
    const fit = () => {
      const whole = createEmpty();
      const extent = (ready === 'places' ? marks : cells).getExtent();
      if (extent && !isEmpty(extent)) extend(whole, extent);
      else if (extent) extend(whole, [extent[0] ?? 0, extent[1] ?? 0, extent[2] ?? 0, extent[3] ?? 0]);
      view.fit(whole, { padding: [30, 30, 30, 30], maxZoom: CLOSE_ENOUGH });
    };
    const taken = () => shown.un('change:size', fit);
    fit();
    shown.on('change:size', fit);
    shown.once('pointerdrag', taken);
    return taken;
  }, [ready, cells, marks]);

  return (
    <div className="map">
      <div ref={target} style={{ position: 'absolute', inset: 0 }} tabIndex={0} role="application" aria-label={label} />
    </div>
  );
}

function placeAt(coordinate: number[]): LonLat {
  const [lon = 0, lat = 0] = toLonLat(coordinate);
  return { lon: rounded(lon), lat: rounded(lat) };
}

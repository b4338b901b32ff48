import Feature, { type FeatureLike } from 'ol/Feature';
import type OlMap from 'ol/Map';
import { altKeyOnly, singleClick } from 'ol/events/condition';
import Polygon from 'ol/geom/Polygon';
import { Draw, Modify, Snap } from 'ol/interaction';
import VectorLayer from 'ol/layer/Vector';
import { fromLonLat, toLonLat } from 'ol/proj';
import VectorSource from 'ol/source/Vector';
import { Circle, Fill, Stroke, Style, Text } from 'ol/style';
import { useCallback, useEffect, useMemo, useRef } from 'react';

import type { GridCollection } from '../api/queries';
import { cellStyle, outlineStyle } from '../map/styles';
import { useGround, type Ground } from '../map/useGround';
import { useGridMap } from '../map/useGridMap';
import { useDark } from '../theme';
import type { Corner } from '../zones/geometry';
import { placed } from './region';

export interface Neighbour {
  id: string;
  corners: readonly Corner[];
}

interface Props {
  label: string;
  grid: GridCollection | undefined;
  /** Lies under the grid. */
  base?: Ground;
  corners: readonly Corner[];
  /** Beginnings of the codes of cells that belong to it. */
  cells: readonly string[];
  /** Regions beside it, which it can share its border with. */
  others: readonly Neighbour[];
  mode: 'draw' | 'edit' | 'cells' | 'view';
  faulty: boolean;
  onShape: (corners: Corner[]) => void;
  onCell: (code: string) => void;
}

const CLOSE_ENOUGH = 18;
const COLOUR = '#1677ff';
const WRONG = '#cf1322';

/** The grid with one region on it, to be drawn, edited, or chosen by cells. WGS84. */
export function RegionMap(props: Props) {
  const { label, grid, base, corners, cells, others, mode, faulty } = props;
  const dark = useDark();
  const latest = useRef(props);
  const [own, beside] = useMemo(() => [new VectorSource<Feature<Polygon>>(), new VectorSource<Feature<Polygon>>()], []);
  const layers = useMemo(() => [new VectorLayer({ source: beside }), new VectorLayer({ source: own })], [beside, own]);
  useEffect(() => {
    latest.current = props;
  });
  const cellLook = useCallback(
    (feature: FeatureLike) => {
      const code = String(feature.get('code'));
      if (cells.some((each) => code.startsWith(each))) return CHOSEN;
      return base ? outlineStyle() : cellStyle(0, { dark });
    },
    [cells, dark, base],
  );

  useEffect(() => {
    own.clear();
    if (corners.length) own.addFeature(featureOf(corners, faulty ? WRONG : COLOUR));
  }, [own, corners, faulty]);

  useEffect(() => {
    beside.clear();
    beside.addFeatures(others.filter((each) => each.corners.length).map((each) => featureOf(each.corners, '#8c8c8c', each.id)));
  }, [beside, others]);

  const beneath = useGround(base);
  const { target, map } = useGridMap({
    grid,
    beneath,
    layers,
    hasAny: corners.length > 0,
    closeEnough: CLOSE_ENOUGH,
    cells: cellLook,
    onMade: (made: OlMap) =>
      made.on('singleclick', (event) => {
        if (latest.current.mode !== 'cells') return;
        const code: unknown = made.getFeaturesAtPixel(event.pixel).map((each) => each.get('code') as unknown).find(Boolean);
        if (typeof code === 'string') latest.current.onCell(code);
      }),
  });

  useEffect(() => {
    const shown = map.current;
    if (!shown || (mode !== 'draw' && mode !== 'edit')) return undefined;
    const done = (drawn: Polygon) => latest.current.onShape(cornersOf(drawn));
    const added = mode === 'draw' ? drawing(done) : modifying(own, done);
    const snapping = [own, beside].map((source) => new Snap({ source: source as unknown as VectorSource<Feature>, pixelTolerance: 10 }));
    const all = [added, ...snapping];
    for (const interaction of all) shown.addInteraction(interaction);
    const press = (event: KeyboardEvent) => {
      if (!(added instanceof Draw) || (event.target instanceof HTMLElement && event.target.matches('input, textarea'))) return;
      if (event.key === 'Enter') added.finishDrawing();
      else if (event.key === 'Backspace') added.removeLastPoint();
    };
    document.addEventListener('keydown', press);
    return () => {
      document.removeEventListener('keydown', press);
      for (const interaction of all) shown.removeInteraction(interaction);
    };
  }, [map, own, beside, mode]);

  return (
    <div className="map">
      <div ref={target} style={{ position: 'absolute', inset: 0 }} tabIndex={0} role="application" aria-label={label} />
    </div>
  );
}

const CHOSEN = new Style({ fill: new Fill({ color: `${COLOUR}66` }), stroke: new Stroke({ color: COLOUR, width: 2 }) });

function featureOf(corners: readonly Corner[], colour: string, text = ''): Feature<Polygon> {
  const ring = corners.map(([lon, lat]) => fromLonLat([lon, lat]));
  const feature = new Feature({ geometry: new Polygon([[...ring, ring[0] ?? [0, 0]]]) });
  feature.setStyle(
    new Style({
      fill: new Fill({ color: `${colour}33` }),
      stroke: new Stroke({ color: colour, width: text ? 1.5 : 3, lineDash: text ? [6, 4] : undefined }),
      text: text ? new Text({ text, fill: new Fill({ color: '#ffffff' }), stroke: new Stroke({ color: '#10161d', width: 3 }), overflow: true }) : undefined,
    }),
  );
  return feature;
}

function cornersOf(drawn: Polygon): Corner[] {
  const [ring = []] = drawn.getCoordinates();
  return ring.slice(0, -1).map((each) => {
    const [lon = 0, lat = 0] = toLonLat(each);
    return placed(lon, lat);
  });
}

const VERTEX = new Circle({ radius: 6, fill: new Fill({ color: '#ffb020' }), stroke: new Stroke({ color: '#10161d', width: 2 }) });

function drawing(done: (drawn: Polygon) => void): Draw {
  const draw = new Draw({
    type: 'Polygon',
    snapTolerance: 10,
    style: new Style({
      fill: new Fill({ color: 'rgba(255,176,32,.2)' }),
      stroke: new Stroke({ color: '#ffb020', width: 2, lineDash: [6, 4] }),
      image: VERTEX,
    }),
  });
  draw.on('drawend', ({ feature }) => done(feature.getGeometry() as Polygon));
  return draw;
}

function modifying(source: VectorSource<Feature<Polygon>>, done: (drawn: Polygon) => void): Modify {
  const modify = new Modify({
    source,
    deleteCondition: (event) => altKeyOnly(event) && singleClick(event),
    style: new Style({ image: VERTEX }),
  });
  modify.on('modifyend', ({ features }) => {
    const [feature] = features.getArray();
    if (feature) done(feature.getGeometry() as Polygon);
  });
  return modify;
}

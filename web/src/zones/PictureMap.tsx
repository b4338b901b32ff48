import type OlMap from 'ol/Map';
import { altKeyOnly, singleClick } from 'ol/events/condition';
import Feature from 'ol/Feature';
import LineString from 'ol/geom/LineString';
import Polygon from 'ol/geom/Polygon';
import { Draw, Modify, Snap } from 'ol/interaction';
import VectorLayer from 'ol/layer/Vector';
import VectorSource from 'ol/source/Vector';
import { Circle, Fill, Stroke, Style } from 'ol/style';
import { useEffect, useMemo, useRef } from 'react';

import { inside, type Corner, type Zone } from './geometry';
import { boxFeature, cornersOf, lineFeature, ringOf, zoneFeature } from './features';
import { usePictureMap } from './usePictureMap';

/** What the detector sees: a box in pixels of the picture and what it says of it. */
export interface Box {
  xyxy: readonly [number, number, number, number];
  label: string;
}

interface Props {
  label: string;
  /** Absent: there is none, and the ground is dark. */
  picture?: string;
  size: readonly [number, number];
  zones: readonly Zone[];
  /** Zones as they were, drawn with a broken line. */
  ghosts?: readonly Zone[];
  boxes?: readonly Box[];
  lines?: readonly (readonly Corner[])[];
  selected?: string;
  mode: 'view' | 'edit' | 'draw';
  onSelect?: (key: string | undefined) => void;
  onShape?: (key: string, corners: Corner[]) => void;
  onDrawn?: (corners: Corner[]) => void;
}

const NONE: readonly never[] = [];

/** A camera's picture with its zones, to look at or to draw on. Corners are pixels from the top left. */
export function PictureMap(props: Props) {
  const { label, picture, size, zones, selected, mode, ghosts = NONE, boxes = NONE, lines = NONE } = props;
  const [width, height] = size;
  const latest = useRef(props);
  const [source, overlay] = useMemo(() => [new VectorSource<Feature<Polygon>>(), new VectorSource()], []);
  const layers = useMemo(
    () => [new VectorLayer({ source: overlay }), new VectorLayer({ source })],
    [source, overlay],
  );
  useEffect(() => {
    latest.current = props;
  });

  const { target, map } = usePictureMap({
    picture,
    size,
    layers,
    zooms: mode !== 'view',
    onMade: (made: OlMap) =>
      made.on('singleclick', (event) => {
        if (latest.current.mode !== 'edit') return;
        const [found] = made.getFeaturesAtPixel(event.pixel, { layerFilter: (layer) => layer === layers[1] });
        latest.current.onSelect?.(found === undefined ? undefined : String(found.getId()));
      }),
  });

  useEffect(() => {
    source.clear();
    source.addFeatures(zones.map((zone) => zoneFeature(zone, height, zone.key === selected)));
  }, [source, zones, selected, height]);

  useEffect(() => {
    overlay.clear();
    overlay.addFeatures([
      ...lines.map((line) => lineFeature(line, height)),
      ...ghosts.map((zone) => lineFeature([...zone.corners, ...zone.corners.slice(0, 1)], height, true)),
      ...boxes.map((box) => boxFeature(box, height)),
    ]);
  }, [overlay, lines, ghosts, boxes, height]);

  useEffect(() => {
    const shown = map.current;
    if (!shown || mode === 'view') return undefined;
    const added = mode === 'draw' ? drawing([width, height], latest) : modifying(source, [width, height], latest);
    // Corners catch on those of other zones and on the picture's edge.
    const frame = new VectorSource<Feature>({ features: [frameOf(width, height)] });
    const all = [
      added,
      new Snap({ source: frame, pixelTolerance: 10 }),
      new Snap({ source: source as unknown as VectorSource<Feature>, pixelTolerance: 10 }),
    ];
    for (const interaction of all) shown.addInteraction(interaction);
    const press = (event: KeyboardEvent) => {
      if (!(added instanceof Draw)) return;
      if (event.key === 'Escape') added.abortDrawing();
      else if (event.key === 'Enter') added.finishDrawing();
      else if (event.key === 'Backspace' && !isTyping(event)) added.removeLastPoint();
    };
    document.addEventListener('keydown', press);
    return () => {
      document.removeEventListener('keydown', press);
      for (const interaction of all) shown.removeInteraction(interaction);
    };
  }, [map, source, mode, height, width]);

  return (
    <div className="picture" style={{ aspectRatio: `${width} / ${height}` }}>
      <div ref={target} style={{ position: 'absolute', inset: 0 }} role="application" aria-label={label} tabIndex={0} />
    </div>
  );
}

type Latest = React.RefObject<Props>;
type Size = readonly [number, number];

function isTyping(event: KeyboardEvent): boolean {
  return event.target instanceof HTMLElement && event.target.matches('input, textarea');
}

function frameOf(width: number, height: number): Feature<LineString> {
  return new Feature(new LineString([[0, 0], [width, 0], [width, height], [0, height], [0, 0]]));
}

function drawing(size: Size, latest: Latest): Draw {
  const draw = new Draw({
    type: 'Polygon',
    snapTolerance: 10,
    style: new Style({
      fill: new Fill({ color: 'rgba(255,176,32,.2)' }),
      stroke: new Stroke({ color: '#ffb020', width: 2, lineDash: [6, 4] }),
      image: new Circle({ radius: 5, fill: new Fill({ color: '#ffb020' }) }),
    }),
  });
  draw.on('drawend', ({ feature }) => {
    latest.current.onDrawn?.(inside(cornersOf(feature.getGeometry() as Polygon, size[1]), size));
  });
  return draw;
}

function modifying(source: VectorSource<Feature<Polygon>>, size: Size, latest: Latest): Modify {
  const modify = new Modify({
    source,
    deleteCondition: (event) => altKeyOnly(event) && singleClick(event),
    style: new Style({
      image: new Circle({ radius: 7, fill: new Fill({ color: '#ffb020' }), stroke: new Stroke({ color: '#10161d', width: 2 }) }),
    }),
  });
  modify.on('modifyend', ({ features }) => {
    for (const feature of features.getArray()) {
      const key = String(feature.getId());
      const before = latest.current.zones.find((zone) => zone.key === key);
      const drawn = feature.getGeometry() as Polygon;
      if (!before || isSameRing(ringOf(before.corners, size[1]), drawn.getCoordinates()[0] ?? [])) continue;
      latest.current.onShape?.(key, inside(cornersOf(drawn, size[1]), size));
    }
  });
  return modify;
}

function isSameRing(one: readonly number[][], other: readonly number[][]): boolean {
  return (
    one.length === other.length &&
    one.every(([x = 0, y = 0], index) => {
      const [otherX = 0, otherY = 0] = other[index] ?? [];
      return Math.abs(x - otherX) < 0.01 && Math.abs(y - otherY) < 0.01;
    })
  );
}

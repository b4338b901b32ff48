import Feature from 'ol/Feature';
import OlMap from 'ol/Map';
import View from 'ol/View';
import { altKeyOnly, singleClick } from 'ol/events/condition';
import Polygon from 'ol/geom/Polygon';
import { Draw, Modify, Snap, defaults } from 'ol/interaction';
import ImageLayer from 'ol/layer/Image';
import VectorLayer from 'ol/layer/Vector';
import { Projection } from 'ol/proj';
import ImageStatic from 'ol/source/ImageStatic';
import VectorSource from 'ol/source/Vector';
import { Circle, Fill, Stroke, Style, Text } from 'ol/style';
import { useEffect, useMemo, useRef } from 'react';

import { colourOf } from './colours';
import type { Corner, Zone } from './geometry';

interface Props {
  label: string;
  picture: string;
  size: readonly [number, number];
  zones: readonly Zone[];
  selected?: string;
  mode: 'view' | 'edit' | 'draw';
  onSelect?: (key: string | undefined) => void;
  onShape?: (key: string, corners: Corner[]) => void;
  onDrawn?: (corners: Corner[]) => void;
}

/** A camera's picture with its zones, to look at or to draw on. Corners are pixels from the top left. */
export function PictureMap(props: Props) {
  const { label, picture, size, zones, selected, mode } = props;
  const [width, height] = size;
  const target = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  const parts = useMemo(() => ({ image: new ImageLayer<ImageStatic>(), source: new VectorSource<Feature<Polygon>>() }), []);
  const map = useRef<OlMap | undefined>(undefined);
  const snapping = useRef<Snap | undefined>(undefined);

  useEffect(() => {
    latest.current = props;
  });

  useEffect(() => {
    const extent = [0, 0, width, height];
    const projection = new Projection({ code: 'picture', units: 'pixels', extent });
    const created = new OlMap({
      target: target.current ?? undefined,
      controls: [],
      interactions: defaults({ doubleClickZoom: false, mouseWheelZoom: false }),
      layers: [parts.image, new VectorLayer({ source: parts.source, style: styleOf })],
      view: new View({ projection, extent, showFullExtent: true, constrainOnlyCenter: false, maxZoom: 8 }),
    });
    created.getView().fit(extent);
    created.on('singleclick', (event) => {
      if (latest.current.mode !== 'edit') return;
      const [found] = created.getFeaturesAtPixel(event.pixel);
      latest.current.onSelect?.(found === undefined ? undefined : String(found.getId()));
    });
    map.current = created;
    const observer = new ResizeObserver(() => {
      created.updateSize();
      created.getView().fit(extent);
    });
    if (target.current) observer.observe(target.current);
    return () => {
      observer.disconnect();
      created.setTarget(undefined);
      map.current = undefined;
    };
  }, [parts, width, height]);

  useEffect(() => {
    const extent = [0, 0, width, height];
    const projection = new Projection({ code: 'picture', units: 'pixels', extent });
    parts.image.setSource(new ImageStatic({ url: picture, imageExtent: extent, projection, interpolate: true }));
  }, [parts, picture, width, height]);

  useEffect(() => {
    parts.source.clear();
    parts.source.addFeatures(zones.map((zone) => featureOf(zone, height, zone.key === selected)));
  }, [parts, zones, selected, height]);

  useEffect(() => {
    const shown = map.current;
    if (!shown || mode === 'view') return undefined;
    const added = mode === 'draw' ? [drawing(height, latest)] : [modifying(parts.source, height, latest)];
    snapping.current = new Snap({ source: parts.source, pixelTolerance: 10 });
    const all = [...added, snapping.current];
    for (const interaction of all) shown.addInteraction(interaction);
    const drop = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      for (const interaction of added) if (interaction instanceof Draw) interaction.abortDrawing();
    };
    document.addEventListener('keydown', drop);
    return () => {
      document.removeEventListener('keydown', drop);
      for (const interaction of all) shown.removeInteraction(interaction);
    };
  }, [parts, mode, height, width]);

  return (
    <div className="picture" style={{ aspectRatio: `${width} / ${height}` }}>
      <div ref={target} style={{ position: 'absolute', inset: 0 }} role="application" aria-label={label} tabIndex={0} />
    </div>
  );
}

type Latest = React.RefObject<Props>;

function drawing(height: number, latest: Latest): Draw {
  const draw = new Draw({ type: 'Polygon', style: sketch(), snapTolerance: 10 });
  draw.on('drawend', ({ feature }) => {
    latest.current.onDrawn?.(cornersOf(feature.getGeometry() as Polygon, height));
  });
  return draw;
}

function modifying(source: VectorSource<Feature<Polygon>>, height: number, latest: Latest): Modify {
  const modify = new Modify({
    source,
    deleteCondition: (event) => altKeyOnly(event) && singleClick(event),
    style: new Style({ image: new Circle({ radius: 7, fill: new Fill({ color: '#ffb020' }), stroke: new Stroke({ color: '#10161d', width: 2 }) }) }),
  });
  modify.on('modifyend', ({ features }) => {
    for (const feature of features.getArray()) {
      const key = String(feature.getId());
      const before = latest.current.zones.find((zone) => zone.key === key);
      const corners = cornersOf(feature.getGeometry() as Polygon, height);
      if (before && JSON.stringify(before.corners) !== JSON.stringify(corners)) latest.current.onShape?.(key, corners);
    }
  });
  return modify;
}

function featureOf(zone: Zone, height: number, selected: boolean): Feature<Polygon> {
  const ring = zone.corners.map(([x, y]) => [x, height - y]);
  const feature = new Feature({ geometry: new Polygon([[...ring, ring[0] ?? [0, 0]]]), name: zone.id, purpose: zone.purpose, selected });
  feature.setId(zone.key);
  return feature;
}

function cornersOf(polygon: Polygon, height: number): Corner[] {
  const [ring = []] = polygon.getCoordinates();
  return ring.slice(0, -1).map(([x = 0, y = 0]) => [Math.round(x), Math.round(height - y)] as const);
}

function styleOf(feature: { get: (key: string) => unknown }): Style {
  const colour = colourOf(String(feature.get('purpose')));
  const selected = feature.get('selected') === true;
  return new Style({
    fill: new Fill({ color: `${colour}${selected ? '4d' : '2e'}` }),
    stroke: new Stroke({ color: colour, width: selected ? 3.5 : 2 }),
    text: new Text({
      text: String(feature.get('name')),
      font: '600 13px system-ui, sans-serif',
      fill: new Fill({ color: '#ffffff' }),
      stroke: new Stroke({ color: '#10161d', width: 3.5 }),
      overflow: true,
    }),
    zIndex: selected ? 2 : 1,
  });
}

function sketch(): Style {
  return new Style({
    fill: new Fill({ color: 'rgba(255,176,32,.2)' }),
    stroke: new Stroke({ color: '#ffb020', width: 2, lineDash: [6, 4] }),
    image: new Circle({ radius: 5, fill: new Fill({ color: '#ffb020' }) }),
  });
}

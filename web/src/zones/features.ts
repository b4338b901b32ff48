import Feature from 'ol/Feature';
import LineString from 'ol/geom/LineString';
import Point from 'ol/geom/Point';
import Polygon from 'ol/geom/Polygon';
import { Fill, Stroke, Style, Text } from 'ol/style';

import { colourOf } from './colours';
import type { Corner, Zone } from './geometry';

const FONT = '600 13px system-ui, sans-serif';

/** A closed ring as the map has it, whose y runs upwards. */
export function ringOf(corners: readonly Corner[], height: number): number[][] {
  const ring = corners.map(([x, y]) => [x, height - y]);
  return [...ring, ring[0] ?? [0, 0]];
}

export function cornersOf(polygon: Polygon, height: number): Corner[] {
  const [ring = []] = polygon.getCoordinates();
  return ring.slice(0, -1).map(([x = 0, y = 0]) => [x, height - y] as const);
}

export function zoneFeature(zone: Zone, height: number, selected: boolean): Feature<Polygon> {
  const colour = colourOf(zone.purpose);
  const feature = new Feature({ geometry: new Polygon([ringOf(zone.corners, height)]) });
  feature.setId(zone.key);
  feature.setStyle(
    new Style({
      fill: new Fill({ color: `${colour}${selected ? '4d' : '2e'}` }),
      stroke: new Stroke({ color: colour, width: selected ? 3.5 : 2 }),
      text: textOf(zone.label ?? zone.id),
      zIndex: selected ? 2 : 1,
    }),
  );
  return feature;
}

export function lineFeature(line: readonly Corner[], height: number, broken = false): Feature<LineString> {
  const feature = new Feature(new LineString(line.map(([x, y]) => [x, height - y])));
  const colour = broken ? '#ffffff' : 'rgba(120, 220, 255, .75)';
  feature.setStyle(new Style({ stroke: new Stroke({ color: colour, width: broken ? 2 : 1.2, lineDash: broken ? [7, 5] : undefined }) }));
  return feature;
}

/** A box of the detector with its class and confidence. */
export function boxFeature(box: { xyxy: readonly [number, number, number, number]; label: string }, height: number): Feature<Polygon> {
  const [x1, y1, x2, y2] = box.xyxy;
  const ring = ringOf([[x1, y1], [x2, y1], [x2, y2], [x1, y2]], height);
  const feature = new Feature({ geometry: new Polygon([ring]) });
  const text = textOf(box.label, 12);
  text.setTextBaseline('bottom');
  text.setTextAlign('left');
  feature.setStyle([
    new Style({ stroke: new Stroke({ color: '#10161d', width: 4 }) }),
    new Style({ stroke: new Stroke({ color: '#ffe14d', width: 2 }) }),
    new Style({ geometry: new Point([x1, height - y1 + 2]), text }),
  ]);
  return feature;
}

function textOf(text: string, size = 13): Text {
  return new Text({
    text,
    font: FONT.replace('13px', `${size}px`),
    fill: new Fill({ color: '#ffffff' }),
    stroke: new Stroke({ color: '#10161d', width: 3.5 }),
    overflow: true,
  });
}

import Feature from 'ol/Feature';
import Point from 'ol/geom/Point';
import { Circle, Fill, Stroke, Style, Text } from 'ol/style';

/** A numbered mark; `wrong` is one that does not fit the others, `waits` one whose other half is missing. */
export interface MarkLook {
  label: string;
  selected?: boolean;
  wrong?: boolean;
  waits?: boolean;
}

export function markFeature(key: string, coordinate: number[], { label, selected, wrong, waits }: MarkLook): Feature<Point> {
  const feature = new Feature(new Point(coordinate));
  feature.setId(key);
  const colour = wrong ? '#cf1322' : waits ? '#d48806' : '#0b5cad';
  feature.setStyle(
    new Style({
      image: new Circle({
        radius: label === '' ? 7 : 11,
        fill: new Fill({ color: colour }),
        stroke: new Stroke({ color: selected ? '#ffe14d' : '#ffffff', width: selected ? 3.5 : 2 }),
      }),
      text: label === '' ? undefined : new Text({ text: label, font: '700 12px system-ui, sans-serif', fill: new Fill({ color: '#ffffff' }) }),
      zIndex: selected ? 3 : 2,
    }),
  );
  return feature;
}

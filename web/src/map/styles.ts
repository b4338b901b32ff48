import Feature from 'ol/Feature';
import Point from 'ol/geom/Point';
import { fromLonLat } from 'ol/proj';
import { Circle, Fill, RegularShape, Stroke, Style } from 'ol/style';

import type { CameraState, CaseState } from '../api/client';
import { CAMERA_COLOUR, STATE_COLOUR } from '../domain/cases';
import { fillOf } from './colours';

export interface Paint {
  dark: boolean;
}

const kept = new Map<string, Style>();

/** Styles are made once: the map asks for one for every feature of every frame. */
function once(key: string, make: () => Style): Style {
  let style = kept.get(key);
  if (style === undefined) {
    style = make();
    kept.set(key, style);
  }
  return style;
}

export function cellStyle(number: number, { dark }: Paint): Style {
  const fill = fillOf(number, dark);
  return once(`cell ${fill} ${dark}`, () => {
    const line = dark ? '#3a4958' : '#a9b8c6';
    return new Style({ fill: new Fill({ color: fill }), stroke: new Stroke({ color: line, width: 1 }) });
  });
}

/** A cell over a picture: it must not cover what is to be recognised. */
export function outlineStyle(): Style {
  const stroke = new Stroke({ color: 'rgba(255,225,77,.8)', width: 1.5, lineDash: [6, 4] });
  // Nobody sees this filling: with it, a click into the cell finds it.
  return once('outline', () => new Style({ stroke, fill: new Fill({ color: 'rgba(255,225,77,.01)' }) }));
}

export function cameraStyle(state: string, { dark }: Paint): Style {
  return once(`camera ${state} ${dark}`, () => {
    const colour = CAMERA_COLOUR[state as CameraState];
    const edge = new Stroke({ color: dark ? '#0f161e' : '#ffffff', width: 2 });
    const image = new RegularShape({ points: 4, angle: Math.PI / 4, radius: 10, fill: new Fill({ color: colour }), stroke: edge });
    return new Style({ image, zIndex: 1 });
  });
}

export function caseStyle(state: string, { dark }: Paint): Style {
  return once(`case ${state} ${dark}`, () => {
    const edge = new Stroke({ color: dark ? '#ffffff' : '#10161d', width: 1.5 });
    const fill = new Fill({ color: STATE_COLOUR[state as CaseState] });
    return new Style({ image: new Circle({ radius: 5.5, fill, stroke: edge }), zIndex: 2 });
  });
}

export function pointOf(id: string, place: { lon: number; lat: number }, state: string): Feature<Point> {
  const feature = new Feature({ geometry: new Point(fromLonLat([place.lon, place.lat])), state });
  feature.setId(id);
  return feature;
}

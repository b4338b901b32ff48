import type { FeatureLike } from 'ol/Feature';
import OlMap from 'ol/Map';
import View from 'ol/View';
import { ScaleLine, Zoom } from 'ol/control';
import { createEmpty, extend, isEmpty } from 'ol/extent';
import GeoJSON from 'ol/format/GeoJSON';
import VectorLayer from 'ol/layer/Vector';
import VectorSource from 'ol/source/Vector';
import { useEffect, useRef, useState } from 'react';

import type { CameraItem, CaseItem, CellLoad } from '../api/client';
import type { GridCollection } from '../api/queries';
import { bringPoints } from './points';
import { cameraStyle, caseStyle, cellStyle, pointOf, type Paint } from './styles';

interface Props {
  label: string;
  grid: GridCollection | undefined;
  loads?: readonly CellLoad[];
  by?: 'open' | 'repeated' | 'overdue';
  cameras?: readonly CameraItem[];
  cases?: readonly Pick<CaseItem, 'case_id' | 'state' | 'location'>[];
  dark: boolean;
  /** Where to look, instead of at the whole grid. */
  centre?: { lon: number; lat: number };
  describe?: (kind: 'cell' | 'camera' | 'case', id: string) => string[];
  onPick?: (kind: 'cell' | 'camera' | 'case', id: string) => void;
}

type Layers = Record<'cell' | 'camera' | 'case', VectorLayer<VectorSource>>;

const GEOJSON = new GeoJSON({ featureProjection: 'EPSG:3857' });
const KINDS = ['case', 'camera', 'cell'] as const;

/** The city: grid cells by load, cameras by health, open cases. Nothing is drawn that the node does not know. */
export function CityMap(props: Props) {
  const { grid, loads, by = 'open', cameras, cases, dark, centre, label } = props;
  const target = useRef<HTMLDivElement>(null);
  const layers = useRef<Layers | undefined>(undefined);
  const map = useRef<OlMap | undefined>(undefined);
  const latest = useRef(props);
  const [bubble, setBubble] = useState<{ x: number; y: number; lines: string[] }>();

  useEffect(() => {
    latest.current = props;
  });

  useEffect(() => {
    const made: Layers = {
      cell: new VectorLayer({ source: new VectorSource() }),
      camera: new VectorLayer({ source: new VectorSource() }),
      case: new VectorLayer({ source: new VectorSource() }),
    };
    const created = new OlMap({
      target: target.current ?? undefined,
      layers: [made.cell, made.camera, made.case],
      controls: [new Zoom({ zoomInTipLabel: '+', zoomOutTipLabel: '−' }), new ScaleLine()],
      view: new View({ center: [0, 0], zoom: 2, maxZoom: 21 }),
    });
    layers.current = made;
    map.current = created;
    const under = (pixel: number[]) => {
      for (const kind of KINDS) {
        const [found] = created.getFeaturesAtPixel(pixel, { layerFilter: (layer) => layer === made[kind], hitTolerance: 4 });
        if (found) return { kind, id: idOf(found) };
      }
      return undefined;
    };
    created.on('pointermove', (event) => {
      if (event.dragging) return;
      const found = under(event.pixel);
      const lines = found && latest.current.describe?.(found.kind, found.id);
      const [x = 0, y = 0] = event.pixel;
      setBubble(lines?.length ? { x, y, lines } : undefined);
      const ground = target.current;
      if (ground) ground.style.cursor = found && latest.current.onPick ? 'pointer' : '';
    });
    created.on('singleclick', (event) => {
      const found = under(event.pixel);
      if (found) latest.current.onPick?.(found.kind, found.id);
    });
    const leave = () => setBubble(undefined);
    const viewport = target.current;
    viewport?.addEventListener('pointerleave', leave);
    return () => {
      viewport?.removeEventListener('pointerleave', leave);
      created.setTarget(undefined);
    };
  }, []);

  useEffect(() => {
    const source = layers.current?.cell.getSource();
    if (!source || !grid) return;
    source.clear();
    source.addFeatures(GEOJSON.readFeatures(grid));
  }, [grid]);

  useEffect(() => {
    const byCode = new Map(loads?.map((load) => [load.code, load[by]]));
    const paint: Paint = { dark };
    layers.current?.cell.setStyle((feature) => cellStyle(byCode.get(String(feature.get('code'))) ?? 0, paint));
  }, [loads, by, dark, grid]);

  useEffect(() => {
    bringPoints(layers.current?.camera.getSource(), cameras ?? [], (camera) => [camera.camera_id, camera.location, camera.state ?? 'silent']);
  }, [cameras]);

  useEffect(() => {
    bringPoints(layers.current?.case.getSource(), cases ?? [], (each) => [each.case_id, each.location, each.state]);
  }, [cases]);

  useEffect(() => {
    layers.current?.camera.setStyle((feature) => cameraStyle(String(feature.get('state')), { dark }));
    layers.current?.case.setStyle((feature) => caseStyle(String(feature.get('state')), { dark }));
  }, [dark]);

  const anything = (grid?.features.length ?? 0) + (cameras?.length ?? 0) + (cases?.length ?? 0) > 0;
  const place = centre ? `${centre.lon},${centre.lat}` : '';
  useEffect(() => {
    const view = map.current?.getView();
    const known = layers.current;
    if (!view || !known || !anything) return undefined;
    const [lon, lat] = place.split(',').map(Number);
    if (lon !== undefined && lat !== undefined) {
      view.setCenter(pointOf('', { lon, lat }, '').getGeometry()?.getCoordinates());
      view.setZoom(17.2);
      return undefined;
    }
    const whole = createEmpty();
    for (const kind of KINDS) {
      const extent = known[kind].getSource()?.getExtent();
      if (extent && !isEmpty(extent)) extend(whole, extent);
    }
    if (isEmpty(whole)) return undefined;
    // The frame may still be growing: look at the whole until somebody moves the map.
    const shown = map.current;
    const fit = () => view.fit(whole, { padding: [26, 26, 52, 26], maxZoom: 18 });
    const taken = () => shown?.un('change:size', fit);
    fit();
    shown?.on('change:size', fit);
    shown?.once('pointerdrag', taken);
    return taken;
  }, [anything, place, grid]);

  return (
    <div className="map">
      <div ref={target} style={{ position: 'absolute', inset: 0 }} tabIndex={0} role="application" aria-label={label} />
      {bubble ? (
        <div className="bubble" style={{ left: bubble.x, top: bubble.y }} aria-hidden>
          {bubble.lines.map((line, index) => (
            <div key={line} className={index ? 'muted' : undefined}>
              {line}
            </div>
          ))}
        </div>
      ) : null}
    </div>
  );
}

function idOf(feature: FeatureLike): string {
  return String(feature.get('code') ?? feature.getId());
}

import type Feature from 'ol/Feature';
import type OlMap from 'ol/Map';
import type Point from 'ol/geom/Point';
import Modify from 'ol/interaction/Modify';
import VectorLayer from 'ol/layer/Vector';
import { fromLonLat, toLonLat } from 'ol/proj';
import VectorSource from 'ol/source/Vector';
import { useEffect, useMemo, useRef } from 'react';

import type { GridCollection } from '../api/queries';
import { outlineStyle } from '../map/styles';
import { useGround, type Ground } from '../map/useGround';
import { useGridMap } from '../map/useGridMap';
import { rounded, type LonLat } from './arithmetic';
import { markFeature, type MarkLook } from './marks';

export interface Place extends LonLat, MarkLook {
  key: string;
}

interface Props {
  label: string;
  grid: GridCollection | undefined;
  base?: Ground;
  places: readonly Place[];
  onPick?: (place: LonLat) => void;
  onMove?: (key: string, place: LonLat) => void;
  onSelect?: (key: string) => void;
}

const CLOSE_ENOUGH = 20;

/** The grid with numbered places on it, to be picked and moved. WGS84. */
export function PlaceMap(props: Props) {
  const { label, grid, base, places } = props;
  const latest = useRef(props);
  const marks = useMemo(() => new VectorSource<Feature<Point>>(), []);
  const layers = useMemo(() => [new VectorLayer({ source: marks })], [marks]);
  const beneath = useGround(base);
  useEffect(() => {
    latest.current = props;
  });

  useEffect(() => {
    marks.clear();
    marks.addFeatures(places.map((place) => markFeature(place.key, fromLonLat([place.lon, place.lat]), place)));
  }, [marks, places]);

  const { target } = useGridMap({
    grid,
    beneath,
    layers,
    cells: base ? outlineStyle() : undefined,
    hasAny: places.some(({ lon, lat }) => lon !== 0 || lat !== 0),
    closeEnough: CLOSE_ENOUGH,
    onMade: (made: OlMap) => {
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
      made.addInteraction(modify);
      made.on('singleclick', (event) => {
        const [found] = made.getFeaturesAtPixel(event.pixel, { layerFilter: (each) => each === layers[0], hitTolerance: 4 });
        if (found) latest.current.onSelect?.(String(found.getId()));
        else latest.current.onPick?.(placeAt(event.coordinate));
      });
    },
  });

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

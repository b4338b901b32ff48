import Feature from 'ol/Feature';
import type OlMap from 'ol/Map';
import type Point from 'ol/geom/Point';
import Modify from 'ol/interaction/Modify';
import VectorLayer from 'ol/layer/Vector';
import VectorSource from 'ol/source/Vector';
import { useEffect, useMemo, useRef } from 'react';

import { lineFeature } from '../zones/features';
import { inside, type Corner } from '../zones/geometry';
import { usePictureMap } from '../zones/usePictureMap';
import { markFeature, type MarkLook } from './marks';

export interface Spot extends MarkLook {
  key: string;
  px: Corner;
}

interface Props {
  label: string;
  picture?: string;
  size: readonly [number, number];
  spots: readonly Spot[];
  lines: readonly (readonly Corner[])[];
  onPick: (px: Corner) => void;
  onMove: (key: string, px: Corner) => void;
  onSelect: (key: string) => void;
}

/** A picture with numbered spots on the ground and the lines of the map as the camera sees them. */
export function PointPicture(props: Props) {
  const { label, picture, size, spots, lines } = props;
  const [width, height] = size;
  const latest = useRef(props);
  const [marks, overlay] = useMemo(() => [new VectorSource<Feature<Point>>(), new VectorSource()], []);
  const layers = useMemo(() => [new VectorLayer({ source: overlay }), new VectorLayer({ source: marks })], [overlay, marks]);
  useEffect(() => {
    latest.current = props;
  });
  const { target } = usePictureMap({
    picture,
    size,
    layers,
    zooms: true,
    onMade: (made: OlMap) => {
      const cut = (coordinate: number[]) => inside([[coordinate[0] ?? 0, height - (coordinate[1] ?? 0)]], [width, height])[0] ?? [0, 0];
      const tenth = ([x, y]: Corner): Corner => [Math.round(x * 10) / 10, Math.round(y * 10) / 10];
      const modify = new Modify({ source: marks, insertVertexCondition: () => false });
      modify.on('modifyend', ({ features }) => {
        for (const feature of features.getArray()) {
          const geometry = feature.getGeometry() as Point | undefined;
          const key = String(feature.getId());
          const before = latest.current.spots.find((spot) => spot.key === key);
          if (!geometry || !before) continue;
          const px = tenth(cut(geometry.getCoordinates()));
          if (px[0] !== before.px[0] || px[1] !== before.px[1]) latest.current.onMove(key, px);
        }
      });
      made.addInteraction(modify);
      made.on('singleclick', (event) => {
        const [found] = made.getFeaturesAtPixel(event.pixel, { layerFilter: (layer) => layer === layers[1], hitTolerance: 3 });
        if (found) latest.current.onSelect(String(found.getId()));
        else latest.current.onPick(tenth(cut(event.coordinate)));
      });
    },
  });

  useEffect(() => {
    marks.clear();
    marks.addFeatures(spots.map((spot) => markFeature(spot.key, [spot.px[0], height - spot.px[1]], spot)));
  }, [marks, spots, height]);

  useEffect(() => {
    overlay.clear();
    overlay.addFeatures(lines.map((line) => lineFeature(line, height)));
  }, [overlay, lines, height]);

  return (
    <div className="picture" style={{ aspectRatio: `${width} / ${height}` }}>
      <div ref={target} style={{ position: 'absolute', inset: 0 }} role="application" aria-label={label} tabIndex={0} />
    </div>
  );
}

import type { CalibrationPart, CameraFile, PointPart } from '../camera/file';
import { WGS84 } from '../domain/crs';
import { scaledPoints } from './arithmetic';

export const FEWEST = 4;

type Size = readonly [number, number];

/** The points of a camera's file as they lie on a picture of a size. */
export function pointsOf(file: CameraFile, size: Size): PointPart[] {
  const { calibration } = file;
  return calibration ? scaledPoints(calibration.points, calibration.resolution_wh, size) : [];
}

function withPoints(file: CameraFile, points: PointPart[], size: Size, crs = WGS84): CameraFile {
  if (points.length === 0) return { ...file, calibration: null };
  const calibration: CalibrationPart = { resolution_wh: [size[0], size[1]], crs: file.calibration?.crs ?? crs, points };
  return { ...file, calibration };
}

/** `crs`: of the first point; the others are in the same. */
export function addPoint(file: CameraFile, point: PointPart, size: Size, crs = WGS84): CameraFile {
  return withPoints(file, [...pointsOf(file, size), point], size, crs);
}

export function changePoint(file: CameraFile, index: number, values: Partial<PointPart>, size: Size): CameraFile {
  // Where only the place changes, the picture's side stays as it was written.
  if (values.px === undefined && file.calibration) {
    const points = file.calibration.points.map((point, at) => (at === index ? { ...point, ...values } : point));
    return { ...file, calibration: { ...file.calibration, points } };
  }
  return withPoints(
    file,
    pointsOf(file, size).map((point, at) => (at === index ? { ...point, ...values } : point)),
    size,
  );
}

export function removePoint(file: CameraFile, index: number, size: Size): CameraFile {
  return withPoints(
    file,
    pointsOf(file, size).filter((_, at) => at !== index),
    size,
  );
}

import { configure, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';

import type { CameraItem } from '../api/client';
import type { CameraFile } from '../camera/file';
import { PlaceFields } from '../camera/fields';
import { useDraft } from '../camera/useDraft';
import i18n from '../i18n';
import { FILE, kept } from '../testing/camera';
import { show } from '../testing/show';
import { CalibrationDesk } from './CalibrationDesk';

vi.mock('../components/image', () => ({ useImage: () => ({ url: 'blob:picture', size: [640, 360], failed: false }) }));
vi.mock('./PlaceMap', () => ({
  PlaceMap: ({ label, places }: { label: string; places: { lon: number; lat: number }[] }) => (
    <div role="application" aria-label={label}>
      {places.map(({ lon, lat }) => `${lon}, ${lat}`)}
    </div>
  ),
}));
vi.mock('./PointPicture', () => ({ PointPicture: ({ onPick }: { onPick: (px: [number, number]) => void }) => <button onClick={() => onPick([10, 20])}>picture</button> }));

configure({ asyncUtilTimeout: 20_000 });
vi.setConfig({ testTimeout: 60_000 });
beforeEach(async () => {
  sessionStorage.clear();
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify({ items: [], matters: [], departments: [], layers: [] }))));
  await i18n.changeLanguage('en');
});

const CAMERA = { camera_id: 'gate', last_look_at: '2026-11-22T02:00:00Z', location: { lon: 114.05, lat: 22.53, error_m: 20 } } as CameraItem;
const IN_METRES: CameraFile = { ...FILE, position: { lon: 507_000.5, lat: 2_491_000.5, crs: 'EPSG:4547', error_m: 20 } };
const POINT = { px: [10, 20] as [number, number], lon: 507_000.5, lat: 2_491_000.5 };

/** Shows the desk of a file. Returns the coordinate system of what is written now. */
function showDesk(file: CameraFile) {
  let written: CameraFile = file;
  function Desk() {
    const desk = useDraft(kept(1, file));
    written = desk.draft.file;
    return <CalibrationDesk desk={desk} camera={CAMERA} />;
  }
  show(<Desk />);
  return () => written.calibration;
}

it('shows on the map where the camera stands, whatever system its file says it in', async () => {
  showDesk(IN_METRES);
  const map = await screen.findByRole('application', { name: /map/i });
  within(map).getByText('114.05, 22.53');
});

it('offers no map for points in metres of a projection', async () => {
  showDesk({ ...IN_METRES, calibration: { resolution_wh: [640, 360], crs: 'EPSG:4547', points: [POINT] } });
  await screen.findByText('Places are typed in this coordinate system');
  expect(screen.queryByRole('application')).toBeNull();
});

it('takes the coordinate system before there is a point, and gives it to the first', async () => {
  const calibration = showDesk(FILE);
  await screen.findByRole('application');
  fireEvent.mouseDown(screen.getByRole('combobox', { name: /Coordinate system/ }));
  fireEvent.click(await screen.findByText(/^GCJ-02/));
  await screen.findByText('Places are typed in this coordinate system');
  expect(calibration()).toBeNull();
  fireEvent.click(screen.getByRole('button', { name: 'picture' }));
  fireEvent.change(await screen.findByRole('textbox', { name: /point 1/ }), { target: { value: '114.13, 22.54' } });
  fireEvent.click(screen.getByRole('button', { name: 'Take' }));
  await waitFor(() => expect(calibration()).toEqual({ resolution_wh: [640, 360], crs: 'GCJ-02', points: [{ px: [10, 20], lon: 114.13, lat: 22.54 }] }));
});

it('offers the map for a place in degrees only', () => {
  const place = (crs: string) => {
    const shown = show(<PlaceFields file={{ ...FILE, position: { ...FILE.position, crs } }} onChange={() => undefined} />);
    const offered = screen.queryByRole('application') !== null;
    shown.unmount();
    return offered;
  };
  expect(['EPSG:4326', 'EPSG:4490', 'GCJ-02', 'EPSG:4547'].map(place)).toEqual([true, true, false, false]);
});

import { lazy, Suspense, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';

import type { CaseState } from '../api/client';
import { useCameras, useCases, useCity, useGrid, useLoads, useOverview } from '../api/queries';
import { cameraName, Failure, Nothing } from '../components/parts';
import { Waiting } from '../components/Waiting';
import { BEING_CHECKED, FINAL, OPEN, shortId, WAITS_FOR_PERSON } from '../domain/cases';
import { nameOf, useLanguage } from '../i18n';
import { WallButton } from '../layout/Shell';
import { STEPS } from '../map/colours';
import { useDark } from '../theme';
import { CameraList } from './overview/CameraList';
import { Feed } from './overview/Feed';
import { Latencies } from './overview/Latencies';
import { BY_TEXT, useMapFilter, type WITHIN } from './overview/mapFilter';

// The frame and the counters are there before the map's library and the lists to choose from are.
const CityMap = lazy(async () => ({ default: (await import('../map/CityMap')).CityMap }));
const MapFilter = lazy(async () => ({ default: (await import('./overview/MapFilter')).MapFilter }));
const SHOWN_CASES = 500;
const WITHIN_MS = { hour: 3_600_000, day: 86_400_000, week: 604_800_000 };

/** One screen: the map, the counters, what happens, and whether the cameras watch. */
export function Overview() {
  const { t } = useTranslation();
  const overview = useOverview();
  if (overview.isError && overview.data === undefined) {
    return (
      <div className="page-body">
        <Failure error={overview.error} onRetry={() => void overview.refetch()} />
      </div>
    );
  }
  return (
    <div className="page-body page-fill">
      <div className="row" style={{ minHeight: 32 }}>
        <h1 className="page">{t('overview.title')}</h1>
        <span className="grow" />
        <Suspense fallback={null}>
          <MapFilter />
        </Suspense>
        <WallButton />
      </div>
      <Counters />
      <Latencies />
      <div className="screen">
        <section className="panel" aria-label={t('overview.map')}>
          <Map />
        </section>
        <div className="page-fill">
          <Feed />
          <CameraList />
        </div>
      </div>
    </div>
  );
}

function Counters() {
  const { t } = useTranslation();
  const overview = useOverview().data;
  const counts = overview?.cases;
  const cameras = useCameras().data;
  const number = (states: readonly CaseState[]) =>
    counts?.filter(({ state }) => states.includes(state)).reduce((sum, each) => sum + each.number, 0);
  const to = (states: readonly CaseState[]) => `/cases?${states.map((state) => `state=${state}`).join('&')}`;
  const watching = cameras?.filter(({ state }) => state === 'watching').length;
  const all = [
    ['open', '#1677ff', number(OPEN), '/cases?open=true'],
    ['overdue', '#a8071a', overview?.overdue, '/cases?open=true&overdue=true'],
    ['waiting', '#c41d7f', number(WAITS_FOR_PERSON), to(WAITS_FOR_PERSON)],
    ['rework', '#cf1322', number(['rework']), to(['rework'])],
    ['checking', '#722ed1', number(BEING_CHECKED), '/verification'],
    ['ended', '#389e0d', number(FINAL), '/cases?open=false'],
  ] as const;
  return (
    <div className="counters">
      {all.map(([key, mark, value, link]) => (
        <Link key={key} className="counter" to={link} style={{ '--mark': mark } as React.CSSProperties}>
          <b>{value ?? '–'}</b>
          <span>{t(`overview.${key}`)}</span>
        </Link>
      ))}
      <Link
        className="counter"
        to="/cameras"
        style={{ '--mark': watching === cameras?.length ? '#389e0d' : '#d48806' } as React.CSSProperties}
      >
        <b>{cameras ? `${watching ?? 0} / ${cameras.length}` : '–'}</b>
        <span>{t('overview.watching')}</span>
      </Link>
    </div>
  );
}

/** Since when cases are shown; moves on by the minute, so that answers can be kept for a while. */
function useSince(within: (typeof WITHIN)[number] | undefined): string | undefined {
  const now = useOverview().data?.now;
  if (within === undefined || now === undefined) return undefined;
  return new Date(Math.floor(Date.parse(now) / 60_000) * 60_000 - WITHIN_MS[within]).toISOString();
}

function Map() {
  const { t } = useTranslation();
  const dark = useDark();
  const language = useLanguage();
  const navigate = useNavigate();
  const city = useCity();
  const { layer, matter, department, by, within } = useMapFilter();
  const since = useSince(within);
  const grid = useGrid(layer);
  const loads = useLoads(layer, matter, department, since);
  const cameras = useCameras();
  const open = useCases({ open: true, matter, department, since }, SHOWN_CASES);
  const cases = useMemo(() => open.data?.pages[0]?.items ?? [], [open.data]);

  const describe = (kind: 'cell' | 'camera' | 'case', id: string): string[] => {
    if (kind === 'camera') {
      const camera = cameras.data?.find((each) => each.camera_id === id);
      return [cameraName(camera, id, language), t(`cameraState.${camera?.state ?? 'silent'}`)];
    }
    if (kind === 'case') {
      const found = cases.find((each) => each.case_id === id);
      return found ? [nameOf(city.data, 'matters', found.matter, language), t(`state.${found.state}`), shortId(id)] : [];
    }
    const load = loads.data?.find((each) => each.code === id);
    return [
      id,
      t('overview.openCount', { count: load?.open ?? 0 }),
      ...(load?.overdue ? [t('overview.overdueCount', { count: load.overdue })] : []),
      ...(load?.repeated ? [t('overview.repeatedCount', { count: load.repeated })] : []),
    ];
  };
  const pick = (kind: 'cell' | 'camera' | 'case', id: string) => {
    if (kind === 'cell') void navigate(`/cases?open=true${by === 'overdue' ? '&overdue=true' : ''}&grid=${encodeURIComponent(id)}`);
    else void navigate(`/${kind}s/${encodeURIComponent(id)}`);
  };

  if (city.data && layer === undefined && cameras.data?.length === 0) {
    return <Nothing title={t('overview.noGrid')} />;
  }
  return (
    <div style={{ position: 'relative', flex: 1, minHeight: 0 }}>
      <Suspense fallback={<Waiting />}>
        <CityMap
          label={t('overview.map')}
          grid={grid.data}
          loads={loads.data}
          by={by}
          cameras={cameras.data}
          cases={cases}
          dark={dark}
          describe={describe}
          onPick={pick}
        />
      </Suspense>
      <Legend dark={dark} title={t(BY_TEXT[by])} />
    </div>
  );
}

function Legend({ dark, title }: { dark: boolean; title: string }) {
  const { t } = useTranslation();
  const text = (index: number) => {
    const from = STEPS[index]?.from ?? 0;
    const next = STEPS[index + 1]?.from;
    if (from === 0) return t('overview.legendNone');
    if (next === undefined) return t('overview.legendMore', { number: from });
    return next - from === 1 ? String(from) : `${from}–${next - 1}`;
  };
  return (
    <div className="legend">
      <b>{title}</b>
      {STEPS.map((step, index) => (
        <span key={step.from} className="nowrap">
          <i style={{ background: dark ? step.dark : step.light }} />
          {text(index)}
        </span>
      ))}
    </div>
  );
}

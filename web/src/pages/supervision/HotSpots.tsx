import { Button, Segmented, Select, Table, type TableProps } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

import { useMay } from '../../api/access';
import type { HotSpot } from '../../api/client';
import { useHotSpots, useStepSpot, type SpotState } from '../../api/desk';
import { useCity, useGrid } from '../../api/queries';
import { Dot, Failure, MatterName, Moment, Nothing } from '../../components/parts';
import { ReasonDialog } from '../../components/ReasonDialog';
import { useLanguage } from '../../i18n';
import { CityMap } from '../../map/CityMap';
import { useDark } from '../../theme';

const COLOUR: Record<SpotState, string> = { raised: '#cf1322', tracked: '#d48806', settled: '#389e0d' };
const NEXT: Record<SpotState, readonly ('tracked' | 'settled')[]> = { raised: ['tracked', 'settled'], tracked: ['settled'], settled: [] };
/** The colour that a case has on the map is that of a state; a hot spot borrows one. */
const AS_CASE = { raised: 'rework', tracked: 'review', settled: 'closed' } as const;

/** Places where the same matter was filed again and again. */
export function HotSpots() {
  const { t } = useTranslation();
  const language = useLanguage();
  const dark = useDark();
  const may = useMay();
  const city = useCity().data;
  const [open, setOpen] = useState<boolean | undefined>(true);
  const [matter, setMatter] = useState<string>();
  const [asked, setAsked] = useState<{ spot: HotSpot; step: 'tracked' | 'settled' }>();
  const spots = useHotSpots(open, matter);
  const step = useStepSpot();
  const grid = useGrid(city?.layers[0]?.id);
  const items = useMemo(() => spots.data?.pages.flatMap((page) => page.items) ?? [], [spots.data]);
  const places = useMemo(
    () => items.map((spot) => ({ case_id: spot.spot_id, state: AS_CASE[spot.state], location: spot.location })),
    [items],
  );
  return (
    <div className="stack">
      <div className="row wrap">
        <Segmented
          aria-label={t('supervision.state')}
          value={open === undefined ? 'all' : open ? 'open' : 'ended'}
          options={(['open', 'ended', 'all'] as const).map((value) => ({ value, label: t(`supervision.${value}`) }))}
          onChange={(value) => setOpen(value === 'all' ? undefined : value === 'open')}
        />
        <Select
          aria-label={t('supervision.matter')}
          placeholder={t('supervision.matter')}
          style={{ width: 180 }}
          allowClear
          value={matter}
          options={city?.matters.map((each) => ({ value: each.id, label: each[language] }))}
          onChange={setMatter}
        />
      </div>
      {spots.isError ? <Failure error={spots.error} onRetry={() => void spots.refetch()} /> : null}
      {items.length > 0 ? (
        <div className="panel" style={{ height: 260 }}>
          <CityMap label={t('supervision.map')} grid={grid.data} cases={places} dark={dark} />
        </div>
      ) : null}
      <SpotTable items={items} loading={spots.isPending} onStep={may('POST /api/v1/hot-spots/{spot_id}/steps/{step}') ? (spot, next) => setAsked({ spot, step: next }) : undefined} />
      {spots.hasNextPage ? (
        <Button onClick={() => void spots.fetchNextPage()} loading={spots.isFetchingNextPage}>
          {t('supervision.more')}
        </Button>
      ) : null}
      {asked === undefined ? null : (
        <ReasonDialog
          title={t(`supervision.step.${asked.step}`)}
          hint={t(asked.step === 'settled' ? 'supervision.settleHint' : 'supervision.trackHint')}
          label={t('supervision.measure')}
          pending={step.isPending}
          error={step.error}
          onClose={() => setAsked(undefined)}
          onSend={(reason) => step.mutate({ ...asked, reason }, { onSuccess: () => setAsked(undefined) })}
        />
      )}
    </div>
  );
}

function SpotTable(props: { items: HotSpot[]; loading: boolean; onStep: ((spot: HotSpot, step: 'tracked' | 'settled') => void) | undefined }) {
  const { items, loading, onStep } = props;
  const { t } = useTranslation();
  const columns: TableProps<HotSpot>['columns'] = [
    { title: t('supervision.matter'), key: 'matter', width: 170, render: (_, spot) => <MatterName code={spot.matter} /> },
    {
      title: t('supervision.cases'),
      key: 'cases',
      render: (_, spot) => (
        <>
          <b>{t('supervision.count', { count: spot.case_ids.length })}</b>{' '}
          {spot.case_ids.slice(-4).map((id) => (
            <Link key={id} className="mono" style={{ marginRight: 8 }} to={`/cases/${encodeURIComponent(id)}`}>
              {id}
            </Link>
          ))}
        </>
      ),
    },
    { title: t('supervision.raised'), key: 'raised', width: 140, render: (_, spot) => <Moment at={spot.raised_at} /> },
    {
      title: t('supervision.state'),
      key: 'state',
      width: 220,
      render: (_, spot) => (
        <>
          <span className="state">
            <Dot colour={COLOUR[spot.state]} /> {t(`supervision.states.${spot.state}`)}
          </span>
          {spot.note ? <div className="muted">{spot.note}</div> : null}
        </>
      ),
    },
    {
      title: '',
      key: 'steps',
      width: 190,
      render: (_, spot) =>
        onStep
          ? NEXT[spot.state].map((next) => (
              <Button key={next} size="small" style={{ marginRight: 8 }} onClick={() => onStep(spot, next)}>
                {t(`supervision.step.${next}`)}
              </Button>
            ))
          : null,
    },
  ];
  return (
    <Table<HotSpot>
      size="small"
      rowKey="spot_id"
      columns={columns}
      dataSource={items}
      loading={loading}
      pagination={false}
      locale={{ emptyText: loading ? ' ' : <Nothing title={t('supervision.spotsEmpty')} hint={t('supervision.spotsEmptyHint')} /> }}
    />
  );
}

import { Button, type TableProps } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

import { useMay } from '../../api/access';
import type { HotSpot } from '../../api/client';
import { readSpot, useHotSpots, useStepSpot, type SpotState } from '../../api/desk';
import { useCity, useGrid } from '../../api/queries';
import { Dot, MatterName, Moment } from '../../components/parts';
import { ReasonDialog } from '../../components/ReasonDialog';
import { useLanguage } from '../../i18n';
import { CityMap } from '../../map/CityMap';
import { Outdated } from '../../seen/Outdated';
import { useSeenWrite } from '../../seen/useSeenWrite';
import { useDark } from '../../theme';
import { Followed, itemsOf } from './Followed';

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
  const grid = useGrid(city?.layers[0]?.id);
  const mayStep = may('POST /api/v1/hot-spots/{spot_id}/steps/{step}');
  const columns = useColumns(mayStep ? (spot, next) => setAsked({ spot, step: next }) : undefined);
  const items = useMemo(() => itemsOf(spots.data), [spots.data]);
  const places = useMemo(
    () => items.map((spot) => ({ case_id: spot.spot_id, state: AS_CASE[spot.state], location: spot.location })),
    [items],
  );
  return (
    <div className="stack">
      <Followed
        open={open}
        onOpen={setOpen}
        choice={{
          label: t('supervision.matter'),
          value: matter,
          options: city?.matters.map((each) => ({ value: each.id, label: each[language] })) ?? [],
          onChange: setMatter,
        }}
        query={spots}
        rowKey="spot_id"
        columns={columns}
        empty={{ title: t('supervision.spotsEmpty'), hint: t('supervision.spotsEmptyHint') }}
      >
        {items.length > 0 ? (
          <div className="panel" style={{ height: 260 }}>
            <CityMap label={t('supervision.map')} grid={grid.data} cases={places} dark={dark} />
          </div>
        ) : null}
      </Followed>
      {asked === undefined ? null : (
        <StepDialog {...asked} onClose={() => setAsked(undefined)} />
      )}
    </div>
  );
}

/** A hot spot is taken a step further, with what is done about it. */
export function StepDialog({ spot, step, onClose }: { spot: HotSpot; step: 'tracked' | 'settled'; onClose: () => void }) {
  const { t } = useTranslation();
  const stepping = useStepSpot();
  const { clash, isPending, error, send } = useSeenWrite({
    opened: spot,
    read: () => readSpot(spot.spot_id),
    write: (seen, reason: string) => stepping.mutateAsync({ spot: seen, step, reason }),
  });
  return (
    <ReasonDialog
      title={t(`supervision.step.${step}`)}
      hint={t(step === 'settled' ? 'supervision.settleHint' : 'supervision.trackHint')}
      label={t('supervision.measure')}
      pending={isPending}
      error={error}
      clash={
        clash ? (
          <Outdated newest={clash.newest}>
            <div>{t('seen.now', { text: `${t(`supervision.states.${clash.now.state}`)} · ${t('supervision.count', { count: clash.now.case_ids.length })}` })}</div>
            <div>{clash.now.note}</div>
          </Outdated>
        ) : null
      }
      onClose={onClose}
      onSend={(reason) => send(reason, onClose)}
    />
  );
}

function useColumns(onStep: ((spot: HotSpot, step: 'tracked' | 'settled') => void) | undefined): TableProps<HotSpot>['columns'] {
  const { t } = useTranslation();
  return [
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
      title: <span className="unseen">{t('table.actions')}</span>,
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
}

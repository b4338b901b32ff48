import { DownloadOutlined } from '@ant-design/icons';
import { Alert, Button, Card, Segmented, Tabs } from 'antd';
import { lazy, memo, Suspense, useDeferredValue, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';

import { useCameraScores, useIndicators, useSeries } from '../api/indicators';
import { useClock } from '../components/clock';
import { useEndOfMinute } from '../components/minute';
import { Failure, Nothing } from '../components/parts';
import { Plot } from '../components/Plot';
import { Waiting } from '../components/Waiting';
import { LATENCIES, span } from '../domain/figures';
import { addDays, dayOf, isCountable, periodBefore, periodOf, PERIODS, type Period, type PeriodName } from '../domain/period';
import { dayAndTime, dayName, hourName } from '../domain/time';
import { useLanguage } from '../i18n';
import { CameraScores } from './indicators/CameraScores';
import { Parts } from './indicators/Parts';
import { Tiles } from './indicators/Tiles';

// What chooses days comes with calendars of its own.
const OwnDays = lazy(async () => ({ default: (await import('./indicators/OwnDays')).OwnDays }));
const ReportDialog = lazy(async () => ({ default: (await import('./indicators/ReportDialog')).ReportDialog }));

/** The period lives in the address, so that it can be shared. */
function usePeriod() {
  const { zone } = useClock();
  const now = useEndOfMinute();
  const [parameters, setParameters] = useSearchParams();
  const asked = parameters.get('period') as PeriodName;
  const name = PERIODS.includes(asked) ? asked : 'week';
  const today = dayOf(now - 1, zone);
  const valid = (text: string | null) => (text !== null && /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : undefined);
  const own: [string, string] = [valid(parameters.get('from')) ?? addDays(today, -6), valid(parameters.get('to')) ?? today];
  const set = (next: PeriodName, days?: [string, string]) => {
    const changed = new URLSearchParams(parameters);
    changed.set('period', next);
    for (const [key, day] of [['from', days?.[0]], ['to', days?.[1]]] as const) {
      if (day) changed.set(key, day);
      else changed.delete(key);
    }
    setParameters(changed, { replace: true });
  };
  const [from, to] = own;
  const period = useMemo(() => periodOf(name, now, zone, [from, to]), [name, now, zone, from, to]);
  return { name, own, today, period, set };
}

/** How well the city works: charts and tables of a period, with the formulas. */
export function Indicators() {
  const { t } = useTranslation();
  const clock = useClock();
  const { name, own, today, period, set } = usePeriod();
  const [reporting, setReporting] = useState(false);
  const countable = isCountable(period);
  const total = useIndicators(period, 'all', undefined, countable);
  const reported = total.data?.rows[0]?.counts.reported ?? 0;
  // Put off, the figures are drawn bit by bit, while the page answers.
  const counted = useDeferredValue(reported > 0 ? period : undefined);
  return (
    <div className="page-body stack">
      <div className="row wrap">
        <h1 className="page">{t('indicators.title')}</h1>
        <span className="muted">
          {t('indicators.hint')} {total.data ? t('indicators.asOf', { time: dayAndTime(total.data.as_of, clock) }) : ''}
        </span>
        <span className="grow" />
        <Segmented
          aria-label={t('indicators.period')}
          value={name}
          options={PERIODS.map((each) => ({ value: each, label: t(`indicators.periods.${each}`) }))}
          onChange={(next) => set(next, next === 'own' ? own : undefined)}
        />
        {name === 'own' ? (
          <Suspense fallback={null}>
            <OwnDays days={own} last={today} onChange={(days) => set('own', days)} />
          </Suspense>
        ) : null}
        <Button icon={<DownloadOutlined />} onClick={() => setReporting(true)}>
          {t('indicators.report')}
        </Button>
      </div>
      {countable ? null : <Alert type="warning" showIcon title={t('indicators.tooLong')} />}
      {total.isError ? <Failure error={total.error} onRetry={() => void total.refetch()} /> : null}
      {countable && (total.isPending || (reported > 0 && !counted)) ? <Waiting /> : null}
      {total.data && reported === 0 ? <Nothing title={t('indicators.empty')} hint={t('indicators.emptyHint')} /> : null}
      {total.data && counted ? <Figures period={counted} /> : null}
      {reporting ? (
        <Suspense fallback={null}>
          <ReportDialog today={today} onClose={() => setReporting(false)} />
        </Suspense>
      ) : null}
    </div>
  );
}

const Figures = memo(function Figures({ period }: { period: Period }) {
  const { t } = useTranslation();
  const [parameters, setParameters] = useSearchParams();
  const tab = parameters.get('tab') === 'cameras' ? 'cameras' : 'parts';
  return (
    <>
      <Tiles period={period} before={periodBefore(period)} />
      <div className="plots">
        <OverTime period={period} />
        <Latencies period={period} />
      </div>
      <Card size="small">
        <Tabs
          activeKey={tab}
          onChange={(next) => {
            const changed = new URLSearchParams(parameters);
            if (next === 'parts') changed.delete('tab');
            else changed.set('tab', next);
            setParameters(changed, { replace: true });
          }}
          items={[
            { key: 'parts', label: t('indicators.parts'), children: <Parts period={period} /> },
            { key: 'cameras', label: t('indicators.cameras'), children: <CameraScores period={period} /> },
          ]}
        />
      </Card>
    </>
  );
});

function OverTime({ period }: { period: Period }) {
  const { t } = useTranslation();
  const clock = useClock();
  const series = useSeries(period);
  const buckets = series.data?.buckets ?? [];
  const name = series.data?.step === 'hour' ? hourName : dayName;
  return (
    <Card size="small" title={t('indicators.overTime')} loading={series.isPending}>
      {series.isError ? <Failure error={series.error} onRetry={() => void series.refetch()} /> : null}
      <Plot
        kind="bar"
        label={t('indicators.overTime')}
        height={210}
        labels={buckets.map(({ begin }) => name(begin, clock))}
        series={(['reported', 'filed', 'closed'] as const).map((milestone) => ({
          name: t(`indicators.milestone.${milestone}`),
          values: buckets.map(({ counts }) => counts[milestone] ?? 0),
        }))}
        write={(value) => (Number.isInteger(value) ? value.toLocaleString() : '')}
      />
    </Card>
  );
}

function Latencies({ period }: { period: Period }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const row = useIndicators(period, 'all').data?.rows[0];
  const detection = useCameraScores(period).data?.cameras[0]?.detection_s;
  const values = LATENCIES.map((each) => (each === 'detection' ? detection : row?.latencies_s[each]) ?? null);
  return (
    <Card size="small" title={t('indicators.latencies')}>
      <Plot
        kind="bar"
        horizontal
        label={t('indicators.latenciesHint')}
        height={210}
        labels={LATENCIES.map((each, index) => `${t(`indicators.latency.${each}`)}  ${span(values[index], language)}`)}
        series={[{ name: t('indicators.latencies'), values }]}
        write={(value) => span(value, language)}
      />
    </Card>
  );
}

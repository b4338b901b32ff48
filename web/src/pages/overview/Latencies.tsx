import { Tooltip } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

import { useCameraScores, useIndicators } from '../../api/indicators';
import { LATENCIES, span } from '../../domain/figures';
import { useLanguage } from '../../i18n';

const DAY_MS = 86_400_000;
/** Counting a day of a large city takes the node a second: not more often than that. */
const EVERY_MS = 300_000;

function useDay() {
  const [now, setNow] = useState(() => Math.floor(Date.now() / 60_000) * 60_000);
  useEffect(() => {
    const timer = setInterval(() => setNow(Math.floor(Date.now() / 60_000) * 60_000), EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return { since: now - DAY_MS, until: now };
}

/** The six latencies of the last 24 hours, from the first look at a thing to the end of its case. */
export function Latencies() {
  const { t } = useTranslation();
  const language = useLanguage();
  const day = useDay();
  const row = useIndicators(day, 'all').data?.rows[0];
  const detection = useCameraScores(day).data?.cameras[0]?.detection_s;
  return (
    <Link className="latencies" to="/indicators?period=today">
      <span className="muted nowrap">{t('overview.latencies')}</span>
      {LATENCIES.map((each) => (
        <Tooltip key={each} title={t(`indicators.latency.${each}`)}>
          <span className="latency">
            <span className="muted">{t(`indicators.step.${each}`)}</span>
            <b>{span(each === 'detection' ? detection : row?.latencies_s[each], language)}</b>
          </span>
        </Tooltip>
      ))}
    </Link>
  );
}

import { Tooltip } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

import { useCameraScores, useIndicators } from '../../api/indicators';
import { useEndOfMinute } from '../../components/minute';
import { LATENCIES, span } from '../../domain/figures';
import { useLanguage } from '../../i18n';

const DAY_MS = 86_400_000;

/** The six latencies of the last 24 hours, from the first look at a thing to the end of its case. */
export function Latencies() {
  const { t } = useTranslation();
  const language = useLanguage();
  const until = useEndOfMinute();
  const day = { since: until - DAY_MS, until };
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

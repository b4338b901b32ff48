import { Tooltip } from 'antd';
import { useTranslation } from 'react-i18next';

import { useIndicators } from '../../api/indicators';
import { MILESTONES, percent, span, trend, type IndicatorName, type Trend } from '../../domain/figures';
import type { Period } from '../../domain/period';
import { useLanguage } from '../../i18n';

const COUNTED = ['reported', 'filed', 'closed'] as const satisfies readonly (typeof MILESTONES)[number][];
const SHOWN: readonly IndicatorName[] = ['on_time_handling', 'on_time_closing', 'accurate_dispatch', 'rework_rate', 'in_grid_closure'];
const SIGN: Record<Trend, string> = { better: '▲', worse: '▼', same: '' };

/** The headline figures, each beside that of the period before. */
export function Tiles({ period, before }: { period: Period; before: Period }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const now = useIndicators(period, 'all').data?.rows[0];
  const then = useIndicators(before, 'all').data?.rows[0];
  return (
    <div className="tiles">
      {COUNTED.map((milestone) => (
        <Tile
          key={milestone}
          name={t(`indicators.milestone.${milestone}`)}
          value={(now?.counts[milestone] ?? 0).toLocaleString()}
          before={then?.counts[milestone]?.toLocaleString()}
        />
      ))}
      {SHOWN.map((name) => (
        <Tile
          key={name}
          name={t(`indicators.name.${name}`)}
          hint={t(`indicators.hints.${name}`)}
          value={percent(now?.ratios[name]?.value)}
          before={percent(then?.ratios[name]?.value)}
          trend={trend(name, now?.ratios[name]?.value, then?.ratios[name]?.value)}
        />
      ))}
      <Tile
        name={t('indicators.handling')}
        hint={t('indicators.handlingHint')}
        value={span(now?.handling_s, language)}
        before={span(then?.handling_s, language)}
      />
    </div>
  );
}

function Tile(props: { name: string; hint?: string; value: string; before: string | undefined; trend?: Trend }) {
  const { name, hint, value, before, trend: turned = 'same' } = props;
  const { t } = useTranslation();
  const tile = (
    <div className="tile" tabIndex={hint ? 0 : undefined} role={hint ? 'note' : undefined} aria-label={hint ? `${name} ${value}. ${t('indicators.formula')}: ${hint}` : undefined}>
      <span>{name}</span>
      <b>
        {value} {turned === 'same' ? null : <i className={turned}>{SIGN[turned]}</i>}
      </b>
      <span>{before === undefined ? ' ' : t('indicators.before', { value: before })}</span>
    </div>
  );
  return hint ? <Tooltip title={`${t('indicators.formula')}: ${hint}`}>{tile}</Tooltip> : tile;
}

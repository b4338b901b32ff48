import { Alert, Spin } from 'antd';
import { useTranslation } from 'react-i18next';

import type { Fit } from '../api/configuration';
import { meanSquare } from './arithmetic';

/** How well the points tie the picture to the ground, in figures that mean something in the street. */
export function FitFacts({ fit, waits, wrong }: { fit: Fit; waits: boolean; wrong: number | undefined }) {
  const { t } = useTranslation();
  const metres = (value: number) => t('calibration.metres', { metres: value < 10 ? value.toFixed(2) : value.toFixed(0) });
  const numbers = (key: keyof Fit['residuals'][number]) => fit.residuals.flatMap((each) => each[key] ?? []);
  const radii = numbers('error_m');
  if (!fit.is_good) return null;
  return (
    <section aria-label={t('calibration.quality')} aria-busy={waits}>
      <div className="row">
        <h2 className="part">{t('calibration.quality')}</h2>
        {waits ? <Spin size="small" /> : null}
      </div>
      <dl className="facts">
        <dt>{t('calibration.residual')}</dt>
        <dd>
          {t('calibration.pixels', { pixels: meanSquare(numbers('off_px')).toFixed(1) })} ·{' '}
          {metres(meanSquare(numbers('off_m')))}
        </dd>
        <dt>{t('calibration.radius')}</dt>
        <dd>
          <b>{radii.length ? `${metres(Math.min(...radii))} – ${metres(Math.max(...radii))}` : '—'}</b>{' '}
          <span className="muted">{t('calibration.radiusHint')}</span>
        </dd>
        <dt>{t('calibration.grid')}</dt>
        <dd>{t('calibration.gridStep', { metres: fit.grid_step_m })}</dd>
        {fit.contradiction > 1.5 ? (
          <>
            <dt>{t('calibration.contradiction')}</dt>
            <dd>{t('calibration.contradictionTimes', { times: fit.contradiction.toFixed(1) })}</dd>
          </>
        ) : null}
      </dl>
      {wrong === undefined ? null : <Alert type="warning" showIcon title={t('calibration.outlier', { number: wrong + 1 })} />}
    </section>
  );
}

import { Alert, Spin } from 'antd';
import { useTranslation } from 'react-i18next';

import type { Fit } from '../api/configuration';
import { meanSquare } from './arithmetic';

/** How well the points tie the picture to the ground, in figures that mean something in the street. */
export function FitFacts({ fit, waits, wrong }: { fit: Fit; waits: boolean; wrong: number | undefined }) {
  const { t } = useTranslation();
  const metres = (value: number) => t('calibration.metres', { metres: value < 10 ? value.toFixed(2) : value.toFixed(0) });
  if (fit.points.length === 0) return null;
  return (
    <section aria-label={t('calibration.quality')} aria-busy={waits}>
      <div className="row">
        <h2 className="part">{t('calibration.quality')}</h2>
        {waits ? <Spin size="small" /> : null}
      </div>
      <dl className="facts">
        <dt>{t('calibration.residual')}</dt>
        <dd>
          {t('calibration.pixels', { pixels: meanSquare(fit.points.map(({ residual_px: px }) => px)).toFixed(1) })} ·{' '}
          {metres(meanSquare(fit.points.map(({ residual_m: m }) => m)))}
        </dd>
        <dt>{t('calibration.radius')}</dt>
        <dd>
          <b>{fit.error_m === null ? '—' : metres(fit.error_m)}</b> <span className="muted">{t('calibration.radiusHint')}</span>
        </dd>
      </dl>
      {wrong === undefined ? null : <Alert type="warning" showIcon title={t('calibration.outlier', { number: wrong + 1 })} />}
    </section>
  );
}

import { DeleteOutlined } from '@ant-design/icons';
import { Button, Input, InputNumber } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { Fit } from '../api/configuration';
import type { PointPart } from '../camera/file';
import type { Corner } from '../zones/geometry';
import { readCoordinates, type LonLat } from './arithmetic';

interface Props {
  points: readonly PointPart[];
  size: readonly [number, number];
  half: { px: Corner } | { place: LonLat } | undefined;
  residuals: Fit['residuals'];
  wrong: number | undefined;
  selected: number | undefined;
  onSelect: (index: number) => void;
  onChange: (index: number, values: Partial<{ px: [number, number]; lon: number; lat: number }>, about?: string) => void;
  onPlace: (place: LonLat) => void;
  onRemove: (index: number) => void;
}

/** The pairs as numbers: exact, pasted, and without a mouse. */
export function PointTable(props: Props) {
  const { points, half, residuals, wrong, selected, onSelect, onRemove } = props;
  const { t } = useTranslation();
  return (
    <div className="scroll-x" role="region" aria-label={t('calibration.table')} tabIndex={0}>
      <table className="points">
        <thead>
          <tr>
            <th scope="col">{t('calibration.point')}</th>
            <th scope="col">x</th>
            <th scope="col">y</th>
            <th scope="col">{t('field.lon')}</th>
            <th scope="col">{t('field.lat')}</th>
            <th scope="col">{t('calibration.off')}</th>
            <th scope="col" title={t('calibration.radiusHint')}>
              {t('calibration.radius')}
            </th>
            <th scope="col">
              <span className="unseen">{t('zones.remove')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {points.map((point, index) => (
            <tr key={index} className={selected === index ? 'chosen' : wrong === index ? 'wrong' : undefined} onFocus={() => onSelect(index)}>
              <th scope="row">{index + 1}</th>
              <Numbers {...props} point={point} index={index} />
              <td className="nowrap">
                <Off residual={residuals[index]} />
              </td>
              <td className="nowrap">{metres(residuals[index]?.error_m)}</td>
              <td>
                <Button
                  size="small"
                  type="text"
                  icon={<DeleteOutlined />}
                  aria-label={t('calibration.remove', { number: index + 1 })}
                  onClick={() => onRemove(index)}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {half && 'px' in half ? <TypedPlace number={points.length + 1} onPlace={props.onPlace} /> : null}
    </div>
  );
}

function metres(value: number | null | undefined): string {
  return value === null || value === undefined ? '—' : `${value.toFixed(value < 10 ? 2 : 0)} m`;
}

function Off({ residual }: { residual: Fit['residuals'][number] | undefined }) {
  if (!residual || residual.off_px === null) return null;
  return (
    <>
      {residual.off_px.toFixed(1)} px <span className="muted">{metres(residual.off_m)}</span>
    </>
  );
}

function Numbers({ point, index, size, onChange }: Pick<Props, 'size' | 'onChange'> & { point: PointPart; index: number }) {
  const { t } = useTranslation();
  const number = index + 1;
  const paste = (event: React.ClipboardEvent) => {
    const found = readCoordinates(event.clipboardData.getData('text'));
    if (found === undefined) return;
    event.preventDefault();
    onChange(index, found);
  };
  return (
    <>
      <td>
        <InputNumber size="small" aria-label={`x ${number}`} min={0} max={size[0]} precision={1} value={point.px[0]} onChange={(x) => x !== null && onChange(index, { px: [x, point.px[1]] }, 'x')} />
      </td>
      <td>
        <InputNumber size="small" aria-label={`y ${number}`} min={0} max={size[1]} precision={1} value={point.px[1]} onChange={(y) => y !== null && onChange(index, { px: [point.px[0], y] }, 'y')} />
      </td>
      <td>
        <InputNumber size="small" className="degrees" controls={false} aria-label={`${t('field.lon')} ${number}`} value={point.lon} onPaste={paste} onChange={(lon) => lon !== null && onChange(index, { lon }, 'lon')} />
      </td>
      <td>
        <InputNumber size="small" className="degrees" controls={false} aria-label={`${t('field.lat')} ${number}`} value={point.lat} onPaste={paste} onChange={(lat) => lat !== null && onChange(index, { lat }, 'lat')} />
      </td>
    </>
  );
}

/** The place of a spot that was marked on the picture, from a survey or a phone. */
function TypedPlace({ number, onPlace }: { number: number; onPlace: (place: LonLat) => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const place = readCoordinates(text);
  return (
    <form
      className="row"
      onSubmit={(event) => {
        event.preventDefault();
        if (place) onPlace(place);
      }}
    >
      <Input
        aria-label={t('calibration.typePlace', { number })}
        placeholder={t('calibration.typePlace', { number })}
        value={text}
        status={text !== '' && !place ? 'warning' : ''}
        onChange={(event) => setText(event.target.value)}
      />
      <Button htmlType="submit" type="primary" disabled={!place}>
        {t('calibration.take')}
      </Button>
    </form>
  );
}

import { Segmented, Select } from 'antd';
import { useTranslation } from 'react-i18next';

import { useCity } from '../../api/queries';
import { useLanguage } from '../../i18n';
import { BY, BY_TEXT, useMapFilter, WITHIN } from './mapFilter';

/** Chooses what the map shows. */
export function MapFilter() {
  const { t } = useTranslation();
  const language = useLanguage();
  const city = useCity().data;
  const { layer, matter, department, by, within, set } = useMapFilter();
  const named = (list: 'matters' | 'departments' | 'layers') =>
    (city?.[list] ?? []).map((each) => ({ value: each.id, label: each[language] }));
  return (
    <div className="row">
      <Segmented
        aria-label={t('overview.colour')}
        value={by}
        onChange={(value) => set('by', value === 'open' ? undefined : value)}
        options={BY.map((value) => ({ value, label: t(BY_TEXT[value]) }))}
      />
      <Select
        aria-label={t('overview.layer')}
        value={layer}
        style={{ width: 150 }}
        options={named('layers')}
        onChange={(value: string) => set('layer', value)}
      />
      <Select
        aria-label={t('overview.matter')}
        placeholder={t('overview.matter')}
        value={matter}
        allowClear
        style={{ width: 150 }}
        options={named('matters')}
        onChange={(value?: string) => set('matter', value)}
      />
      <Select
        aria-label={t('overview.department')}
        placeholder={t('overview.department')}
        value={department}
        allowClear
        style={{ width: 150 }}
        options={named('departments')}
        onChange={(value?: string) => set('department', value)}
      />
      <Select
        aria-label={t('overview.within')}
        placeholder={t('overview.within')}
        value={within}
        allowClear
        style={{ width: 128 }}
        options={WITHIN.map((value) => ({ value, label: t(`overview.withins.${value}`) }))}
        onChange={(value?: string) => set('within', value)}
      />
    </div>
  );
}

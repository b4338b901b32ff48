import { Button, Checkbox, Select } from 'antd';
import { useTranslation } from 'react-i18next';

import { useCameraNames, useCity } from '../../api/queries';
import { STATES } from '../../domain/cases';
import { useLanguage } from '../../i18n';
import { KEYS, useCaseFilter } from './filter';
import { SavedFilters } from './SavedFilters';

/** Narrows the cases, whatever way they are shown. */
export function FilterBar() {
  const { t } = useTranslation();
  const language = useLanguage();
  const city = useCity().data;
  const cameras = useCameraNames().data;
  const { filter, set, clear, active } = useCaseFilter();
  const matters = city?.matters.map((each) => ({ value: each.id, label: each[language] }));
  const departments = city?.departments.map((each) => ({ value: each.id, label: each[language] }));
  const eyes = Object.entries(cameras ?? {}).map(([id, names]) => ({ value: id, label: names[language] || id }));
  const one = (key: (typeof KEYS)[number], options: { value: string; label: string }[] | undefined, width: number) => (
    <Select
      aria-label={t(key === 'camera' ? 'cases.cameras' : key === 'grid' ? 'cases.cell' : `cases.${key}`)}
      placeholder={t(key === 'camera' ? 'cases.cameras' : key === 'grid' ? 'cases.cell' : `cases.${key}`)}
      style={{ width }}
      allowClear
      showSearch={{ optionFilterProp: 'label' }}
      value={filter[key]}
      options={options}
      onChange={(value?: string) => set(key, value ? [value] : [])}
    />
  );
  return (
    <search className="row wrap" aria-label={t('cases.filter')}>
      <Select
        aria-label={t('cases.which')}
        style={{ width: 110 }}
        value={filter.open === undefined ? 'all' : String(filter.open)}
        options={[
          { value: 'all', label: t('cases.all') },
          { value: 'true', label: t('cases.onlyOpen') },
          { value: 'false', label: t('cases.onlyEnded') },
        ]}
        onChange={(value) => set('open', value === 'all' ? [] : [value])}
      />
      <Select
        mode="multiple"
        aria-label={t('cases.states')}
        placeholder={t('cases.states')}
        style={{ minWidth: 190 }}
        maxTagCount="responsive"
        allowClear
        showSearch={{ optionFilterProp: 'label' }}
        value={filter.state ?? []}
        options={STATES.map((state) => ({ value: state, label: t(`state.${state}`) }))}
        onChange={(states) => set('state', states)}
      />
      {one('matter', matters, 170)}
      {one('department', departments, 170)}
      {one('camera', eyes, 170)}
      {filter.grid ? one('grid', [{ value: filter.grid, label: filter.grid }], 180) : null}
      <Checkbox checked={filter.overdue === true} onChange={({ target }) => set('overdue', target.checked ? ['true'] : [])}>
        {t('cases.overdue')}
      </Checkbox>
      <SavedFilters active={active} />
      {active ? (
        <Button type="link" onClick={clear}>
          {t('cases.clear')}
        </Button>
      ) : null}
    </search>
  );
}

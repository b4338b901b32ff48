import { Form, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';

import { valueAt, withValue, type Content } from '../../domain/documents';

interface Props {
  content: Content;
  readOnly: boolean;
  onChange: (content: Content) => void;
}

/** Which days and hours are working time. */
export function CalendarForm({ content, readOnly, onChange }: Props) {
  const { t } = useTranslation();
  const put = (path: string) => (value: unknown) => onChange(withValue(content, path, value));
  const texts = (path: string) => (valueAt(content, path) ?? []) as string[];
  const lines = (path: string, label: string, hint: string) => (
    <Form.Item label={label} extra={hint} htmlFor={`calendar-${path}`}>
      <Select
        id={`calendar-${path}`}
        mode="tags"
        open={false}
        suffix={null}
        tokenSeparators={[',', '，', ' ']}
        value={texts(path)}
        disabled={readOnly}
        onChange={(next: string[]) => put(path)(path === 'office.hours' ? next : [...next].sort())}
      />
    </Form.Item>
  );
  const choice = (path: string, label: string, options: { value: string; label: string }[]) => (
    <Form.Item label={label} htmlFor={`calendar-${path}`}>
      <Select id={`calendar-${path}`} value={(valueAt(content, path) as string | undefined) ?? options[0]?.value} options={options} disabled={readOnly} onChange={put(path)} />
    </Form.Item>
  );
  return (
    <Form layout="vertical" component="div">
      <span className="muted">{t('settings.documents.notHere', { keys: 'own_years, departments, warnings' })}</span>
      <div className="two">
        {lines('holidays', t('settings.documents.calendar.holidays'), t('settings.documents.calendar.dayHint'))}
        {lines('working_days', t('settings.documents.calendar.workingDays'), t('settings.documents.calendar.dayHint'))}
        {lines('office.hours', t('settings.documents.calendar.hours'), t('settings.documents.calendar.hoursHint'))}
        {choice('office.works', t('settings.documents.calendar.works'), [
          { value: 'working_days', label: t('settings.documents.calendar.workingDaysOnly') },
          { value: 'every_day', label: t('settings.documents.calendar.everyDay') },
        ])}
        {choice('national', t('settings.documents.calendar.national'), [
          { value: 'china', label: t('settings.documents.calendar.china') },
          { value: 'none', label: t('settings.documents.calendar.none') },
        ])}
        {choice('uncovered', t('settings.documents.calendar.uncovered'), [
          { value: 'weekdays', label: t('settings.documents.calendar.weekdays') },
          { value: 'refuse', label: t('settings.documents.calendar.refuse') },
        ])}
        <Form.Item label={t('settings.documents.calendar.timeZone')} htmlFor="calendar-zone" extra={t('settings.documents.calendar.timeZoneHint')}>
          <Input
            id="calendar-zone"
            value={(content.time_zone as string | undefined) ?? ''}
            placeholder="Asia/Shanghai"
            disabled={readOnly}
            onChange={({ target }) => put('time_zone')(target.value || undefined)}
          />
        </Form.Item>
      </div>
    </Form>
  );
}

import { DatePicker } from 'antd';
import dayjs from 'dayjs';
import { useTranslation } from 'react-i18next';

interface Props {
  days: [string, string];
  last: string;
  onChange: (days: [string, string]) => void;
}

/** The first and the last day of a period. */
export function OwnDays({ days: [first, end], last, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <DatePicker.RangePicker
      allowClear={false}
      value={[dayjs(first), dayjs(end)]}
      maxDate={dayjs(last)}
      placeholder={[t('indicators.from'), t('indicators.to')]}
      onChange={(days) => {
        const [from, to] = days ?? [];
        if (from && to) onChange([from.format('YYYY-MM-DD'), to.format('YYYY-MM-DD')]);
      }}
    />
  );
}

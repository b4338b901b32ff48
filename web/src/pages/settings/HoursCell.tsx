import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Input, Modal, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
type Day = (typeof DAYS)[number];

interface Window {
  days?: Day[];
  begin: string;
  end: string;
}

interface Props {
  label: string;
  title: string;
  value: unknown;
  readOnly: boolean;
  onChange: (value: unknown) => void;
}

const CLOCK = /^([01]\d|2[0-3]):[0-5]\d$/;

function isSound({ begin, end, days }: Window): boolean {
  return CLOCK.test(begin) && CLOCK.test(end) && begin !== end && days?.length !== 0;
}

/** The hours of some days at which a row holds; always, where there are none. */
export function HoursCell({ label, title, value, readOnly, onChange }: Props) {
  const { t } = useTranslation();
  const kept = (Array.isArray(value) ? value : []) as Window[];
  const [windows, setWindows] = useState<Window[]>();
  const said = kept.length ? kept.map(({ begin, end }) => `${begin}–${end}`).join(', ') : t('settings.hours.always');
  const put = (at: number, change: Partial<Window>) =>
    setWindows(windows?.map((each, index) => (index === at ? { ...each, ...change } : each)));
  const done = (next: Window[]) => {
    onChange(next.length ? next : undefined);
    setWindows(undefined);
  };
  return (
    <>
      <Button block aria-label={`${label}: ${said}`} onClick={() => setWindows(kept)}>
        {said}
      </Button>
      {windows === undefined ? null : (
        <Modal
          open
          width={620}
          title={title}
          okText={t('region.take')}
          cancelText={t('case.cancel')}
          okButtonProps={{ disabled: readOnly || !windows.every(isSound) }}
          onOk={() => done(windows)}
          onCancel={() => setWindows(undefined)}
        >
          <div className="stack">
            <span className="muted">{t('settings.hours.hint')}</span>
            {windows.map((each, at) => (
              <div key={at} className="row wrap">
                <Select
                  mode="multiple"
                  className="grow"
                  style={{ minWidth: 180 }}
                  aria-label={`${t('settings.hours.days')} ${at + 1}`}
                  value={each.days ?? [...DAYS]}
                  maxTagCount={3}
                  options={DAYS.map((day) => ({ value: day, label: t(`settings.hours.day.${day}`) }))}
                  disabled={readOnly}
                  onChange={(days: Day[]) => put(at, { days: DAYS.filter((day) => days.includes(day)) })}
                />
                {(['begin', 'end'] as const).map((end) => (
                  <Input
                    key={end}
                    className="mono"
                    style={{ width: 76 }}
                    aria-label={`${t(`settings.hours.${end}`)} ${at + 1}`}
                    placeholder={end === 'begin' ? '08:00' : '10:00'}
                    value={each[end]}
                    status={CLOCK.test(each[end]) ? undefined : 'error'}
                    disabled={readOnly}
                    onChange={({ target }) => put(at, { [end]: target.value })}
                  />
                ))}
                <Button
                  type="text"
                  icon={<DeleteOutlined />}
                  aria-label={`${t('settings.remove')} ${at + 1}`}
                  disabled={readOnly}
                  onClick={() => setWindows(windows.filter((_, index) => index !== at))}
                />
              </div>
            ))}
            <div>
              <Button icon={<PlusOutlined />} disabled={readOnly} onClick={() => setWindows([...windows, { days: [...DAYS], begin: '08:00', end: '10:00' }])}>
                {t('settings.add')}
              </Button>
            </div>
          </div>
        </Modal>
      )}
    </>
  );
}

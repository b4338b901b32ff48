import { App, DatePicker, Form, Modal, Radio } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useTranslation } from 'react-i18next';

import { useReportDownload } from '../../api/indicators';
import { Failure } from '../../components/parts';
import { addDays } from '../../domain/period';
import { useLanguage } from '../../i18n';

interface Wish {
  kind: 'daily' | 'weekly';
  day: Dayjs;
  form: 'html' | 'xlsx';
}

/** Which report to have written. */
export function ReportDialog({ today, onClose }: { today: string; onClose: () => void }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const language = useLanguage();
  const download = useReportDownload();
  const [form] = Form.useForm<Wish>();
  const send = (wish: Wish) =>
    download.mutate(
      { kind: wish.kind, day: wish.day.format('YYYY-MM-DD'), form: wish.form, lang: language },
      {
        onSuccess: () => {
          void message.success(t('indicators.saved'));
          onClose();
        },
      },
    );
  return (
    <Modal
      open
      title={t('indicators.report')}
      okText={t('indicators.report')}
      cancelText={t('case.cancel')}
      confirmLoading={download.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <p className="muted">{t('indicators.reportHint')}</p>
      <Form<Wish>
        form={form}
        layout="vertical"
        initialValues={{ kind: 'daily', day: dayjs(addDays(today, -1)), form: 'html' }}
        onFinish={send}
      >
        <Form.Item name="kind" label={t('indicators.reportKind')}>
          <Radio.Group
            options={[
              { value: 'daily', label: t('indicators.daily') },
              { value: 'weekly', label: t('indicators.weekly') },
            ]}
          />
        </Form.Item>
        <Form.Item name="day" label={t('indicators.reportDay')} rules={[{ required: true, message: t('case.needed') }]}>
          <DatePicker allowClear={false} maxDate={dayjs(today)} style={{ width: 180 }} />
        </Form.Item>
        <Form.Item name="form" label={t('indicators.form')}>
          <Radio.Group
            options={[
              { value: 'html', label: t('indicators.html') },
              { value: 'xlsx', label: t('indicators.xlsx') },
            ]}
          />
        </Form.Item>
      </Form>
      {download.isError ? <Failure error={download.error} /> : null}
    </Modal>
  );
}

import { MinusCircleOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Form, Input, InputNumber, Modal, Select } from 'antd';
import { useTranslation } from 'react-i18next';

import type { MatterDetail, Schemas } from '../../api/client';
import { useProposeMatter } from '../../api/desk';
import { useCity } from '../../api/queries';
import { Failure } from '../../components/parts';
import { useLanguage } from '../../i18n';

type Definition = MatterDetail['newest']['definition'];
type Clock = Schemas['ClockKind'];
const CLOCKS: readonly Clock[] = ['urgent_hour', 'work_hour', 'work_day', 'natural_day'];

interface ConditionWish {
  filing?: string;
  closing?: string;
  filing_en?: string;
  closing_en?: string;
  limit_text?: string;
  value?: number | null;
  clock?: Clock;
}

interface Wish {
  name_zh?: string;
  name_en?: string;
  major?: string;
  department?: string;
  codes?: { scheme: string; value: string }[];
  conditions?: ConditionWish[];
  reason: string;
}

/** A new version of a matter, begun with what the newest one says. */
export function MatterDialog(props: { from: Definition; onMade: (made: { version: number; is_new: boolean }) => void; onClose: () => void }) {
  const { from, onMade, onClose } = props;
  const { t } = useTranslation();
  const language = useLanguage();
  const city = useCity().data;
  const propose = useProposeMatter();
  const [form] = Form.useForm<Wish>();
  const title = t('settings.matters.propose');
  const send = ({ reason, codes = [], conditions = [], ...words }: Wish) =>
    propose.mutate(
      {
        reason,
        definition: {
          matter: from.matter,
          name_zh: words.name_zh ?? '',
          name_en: words.name_en ?? '',
          major: words.major ?? '',
          department: words.department ?? '',
          codes,
          conditions: conditions.map(({ value, clock, filing = '', closing = '', filing_en = '', closing_en = '', limit_text: text = '' }) => ({
            filing,
            closing,
            filing_en,
            closing_en,
            limit_text: text,
            limit: value ? { value, clock: clock ?? 'work_hour' } : null,
          })),
        },
      },
      {
        onSuccess: (made) => {
          onClose();
          if (made) onMade(made);
        },
      },
    );
  return (
    <Modal
      open
      width={680}
      title={title}
      okText={title}
      cancelText={t('case.cancel')}
      confirmLoading={propose.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <Form<Wish>
        form={form}
        layout="vertical"
        onFinish={send}
        initialValues={{
          ...from,
          codes: from.codes.map(({ scheme, value }) => ({ scheme, value })),
          conditions: from.conditions.map(({ limit, ...rest }) => ({ ...rest, value: limit?.value, clock: limit?.clock ?? 'work_hour' })),
        }}
      >
        <div className="two">
          <Form.Item name="name_zh" label={t('settings.nameZh')}>
            <Input maxLength={200} />
          </Form.Item>
          <Form.Item name="name_en" label={t('settings.nameEn')}>
            <Input maxLength={200} />
          </Form.Item>
          <Form.Item name="major" label={t('settings.matters.major')}>
            <Input maxLength={200} />
          </Form.Item>
          <Form.Item name="department" label={t('settings.matters.department')}>
            <Select
              allowClear
              placeholder={t('settings.matters.asConfigured')}
              options={city?.departments.map((each) => ({ value: each.id, label: each[language] }))}
            />
          </Form.Item>
        </div>
        <Codes />
        <Conditions />
        <Form.Item name="reason" label={t('settings.reason')} rules={[{ required: true, whitespace: true, message: t('case.reasonNeeded') }]}>
          <Input.TextArea rows={2} maxLength={4000} />
        </Form.Item>
      </Form>
      {propose.isError ? <Failure error={propose.error} /> : null}
    </Modal>
  );
}

function Codes() {
  const { t } = useTranslation();
  return (
    <Form.List name="codes">
      {(fields, { add, remove }) => (
        <fieldset className="plain-box">
          <legend>{t('settings.matters.codes')}</legend>
          {fields.map(({ key, name }) => (
            <div key={key} className="row">
              <Form.Item name={[name, 'scheme']} rules={[{ required: true, message: t('case.needed') }]}>
                <Input aria-label={t('settings.matters.scheme')} placeholder={t('settings.matters.scheme')} maxLength={64} />
              </Form.Item>
              <Form.Item name={[name, 'value']} rules={[{ required: true, pattern: /^\d{4}$/, message: '0000' }]}>
                <Input className="mono" aria-label={t('settings.matters.code')} placeholder="0000" maxLength={4} />
              </Form.Item>
              <Form.Item>
                <Button type="text" icon={<MinusCircleOutlined />} aria-label={t('settings.remove')} onClick={() => remove(name)} />
              </Form.Item>
            </div>
          ))}
          <Button size="small" icon={<PlusOutlined />} onClick={() => add()}>
            {t('settings.add')}
          </Button>
        </fieldset>
      )}
    </Form.List>
  );
}

function Conditions() {
  const { t } = useTranslation();
  return (
    <Form.List name="conditions">
      {(fields, { add, remove }) => (
        <fieldset className="plain-box">
          <legend>{t('settings.matters.conditions')}</legend>
          {fields.map(({ key, name }) => (
            <div key={key} className="two">
              <Form.Item name={[name, 'filing']} label={t('settings.matters.filing')}>
                <Input maxLength={2000} />
              </Form.Item>
              <Form.Item name={[name, 'closing']} label={t('settings.matters.closing')}>
                <Input maxLength={2000} />
              </Form.Item>
              <Form.Item name={[name, 'filing_en']} label={t('settings.matters.filingEn')}>
                <Input maxLength={2000} />
              </Form.Item>
              <Form.Item name={[name, 'closing_en']} label={t('settings.matters.closingEn')}>
                <Input maxLength={2000} />
              </Form.Item>
              <div className="row" style={{ alignItems: 'end' }}>
                <Form.Item name={[name, 'value']} label={t('settings.matters.limit')}>
                  <InputNumber min={0.1} max={10_000} style={{ width: 110 }} />
                </Form.Item>
                <Form.Item name={[name, 'clock']} className="grow">
                  <Select
                    aria-label={t('settings.matters.limit')}
                    options={CLOCKS.map((value) => ({ value, label: t(`settings.matters.clocks.${value}`) }))}
                  />
                </Form.Item>
              </div>
              <Form.Item label=" " colon={false}>
                <Button type="text" icon={<MinusCircleOutlined />} onClick={() => remove(name)}>
                  {t('settings.remove')}
                </Button>
              </Form.Item>
            </div>
          ))}
          <Button size="small" icon={<PlusOutlined />} onClick={() => add({ clock: 'work_hour' })}>
            {t('settings.add')}
          </Button>
        </fieldset>
      )}
    </Form.List>
  );
}

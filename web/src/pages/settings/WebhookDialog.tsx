import { Form, Input, Modal, Select } from 'antd';
import { useTranslation } from 'react-i18next';

import type { Webhook, WebhookWithKey } from '../../api/client';
import { useCameras, useCity } from '../../api/queries';
import { useWebhookMoves, type WebhookWishes } from '../../api/webhooks';
import { cameraName, Failure } from '../../components/parts';
import { STATES } from '../../domain/cases';
import { useLanguage } from '../../i18n';

/** What a receiver can be told, as `dispatch.webhooks` has it. */
const TYPES = ['gridpatrol.case.changed.v1', 'gridpatrol.camera.health.v1', 'gridpatrol.verification.requested.v1'];

/** A receiver's address and wishes. */
export function WebhookDialog({ known, onMade, onClose }: { known: Webhook | undefined; onMade: (hook: WebhookWithKey) => void; onClose: () => void }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const city = useCity().data;
  const cameras = useCameras().data;
  const { add, change } = useWebhookMoves();
  const [form] = Form.useForm<Partial<WebhookWishes>>();
  const failed = add.error ?? change.error;
  const title = t(known ? 'access.hooks.change' : 'access.hooks.add');
  const send = (wishes: Partial<WebhookWishes>) => {
    // A list that was left empty comes as nothing; what the form does not show stays as it is.
    const body: WebhookWishes = {
      url: wishes.url ?? '',
      event_types: wishes.event_types ?? [],
      matters: wishes.matters ?? [],
      departments: wishes.departments ?? [],
      states: wishes.states ?? [],
      cameras: wishes.cameras ?? [],
      grid: known?.grid ?? [],
      mapping: wishes.mapping ?? '',
    };
    if (known) change.mutate({ id: known.webhook_id, body }, { onSuccess: onClose });
    else
      add.mutate(body, {
        onSuccess: (made) => {
          onClose();
          onMade(made);
        },
      });
  };
  const named = (list: 'matters' | 'departments') => city?.[list].map((each) => ({ value: each.id, label: each[language] }));
  const needed = [{ required: true, message: t('case.needed') }];
  return (
    <Modal
      open
      title={title}
      okText={title}
      cancelText={t('case.cancel')}
      confirmLoading={add.isPending || change.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <Form<Partial<WebhookWishes>> form={form} layout="vertical" onFinish={send} initialValues={known ?? { event_types: TYPES.slice(0, 1) }}>
        <Form.Item name="url" label={t('access.hooks.url')} extra={t('access.hooks.urlHint')} rules={[...needed, { pattern: /^https?:\/\/\S+$/, message: t('access.hooks.urlHint') }]}>
          <Input className="mono" maxLength={2000} />
        </Form.Item>
        <Form.Item name="event_types" label={t('access.hooks.types')} rules={needed}>
          <Select mode="multiple" options={TYPES.map((value) => ({ value, label: value }))} />
        </Form.Item>
        <p className="muted">{t('access.hooks.narrows')}</p>
        <Form.Item name="matters" label={t('access.hooks.matters')}>
          <Select mode="multiple" options={named('matters')} />
        </Form.Item>
        <Form.Item name="departments" label={t('access.hooks.departments')}>
          <Select mode="multiple" options={named('departments')} />
        </Form.Item>
        <Form.Item name="states" label={t('access.hooks.states')}>
          <Select mode="multiple" options={STATES.map((state) => ({ value: state, label: t(`state.${state}`) }))} />
        </Form.Item>
        <Form.Item name="cameras" label={t('access.hooks.cameras')}>
          <Select
            mode="multiple"
            showSearch={{ optionFilterProp: 'label' }}
            options={cameras?.map((each) => ({ value: each.camera_id, label: cameraName(each, each.camera_id, language) }))}
          />
        </Form.Item>
        <Form.Item name="mapping" label={t('access.hooks.mapping')} extra={t('access.hooks.mappingHint')}>
          <Input className="mono" maxLength={64} />
        </Form.Item>
      </Form>
      {failed ? <Failure error={failed} /> : null}
    </Modal>
  );
}

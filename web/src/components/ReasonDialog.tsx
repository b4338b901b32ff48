import { Form, Input, Modal } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { Failure } from './parts';

interface Props {
  title: string;
  hint?: string;
  label: string;
  danger?: boolean;
  optional?: boolean;
  pending: boolean;
  error: unknown;
  /** Somebody else was first: what it says now. The button then says that it is sent again. */
  clash?: ReactNode;
  onSend: (reason: string) => void;
  onClose: () => void;
}

/** Asks for a reason before something is done that stays in a record. */
export function ReasonDialog({ title, hint, label, danger, optional, pending, error, clash, onSend, onClose }: Props) {
  const { t } = useTranslation();
  const [form] = Form.useForm<{ reason?: string }>();
  return (
    <Modal
      open
      title={title}
      okText={clash ? t('seen.again') : title}
      cancelText={t('case.cancel')}
      okButtonProps={{ danger }}
      confirmLoading={pending}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      {hint ? <p className="muted">{hint}</p> : null}
      <Form<{ reason?: string }> form={form} layout="vertical" onFinish={({ reason }) => onSend(reason?.trim() ?? '')}>
        <Form.Item
          name="reason"
          label={label}
          rules={optional ? [] : [{ required: true, whitespace: true, message: t('case.reasonNeeded') }]}
        >
          <Input.TextArea rows={3} maxLength={4000} />
        </Form.Item>
      </Form>
      {clash}
      {error ? <Failure error={error} /> : null}
    </Modal>
  );
}

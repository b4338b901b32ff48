import { EyeOutlined, PauseCircleOutlined, PlayCircleOutlined } from '@ant-design/icons';
import { Alert, App, Button, Form, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { usePerson } from '../api/account';
import type { CameraItem, LookItem } from '../api/client';
import { usePausing } from '../api/configuration';
import { useLookNow } from '../api/looks';
import { Failure, Moment, useFailureText } from '../components/parts';
import { told } from '../domain/reasons';
import { useLanguage } from '../i18n';
import { useMayConfigure } from './SaveBar';

/** Look now, pause, resume: for who may. */
export function CameraActions({ camera }: { camera: CameraItem }) {
  const person = usePerson();
  const mayConfigure = useMayConfigure();
  if (person === undefined) return null;
  return (
    <>
      <LookNow camera={camera} />
      {mayConfigure ? <Pausing camera={camera} /> : null}
    </>
  );
}

function LookNow({ camera }: { camera: CameraItem }) {
  const { t } = useTranslation();
  const { ask, waits, look, error } = useLookNow(camera.camera_id);
  const failure = useFailureText(error);
  const [closed, setClosed] = useState<LookItem>();
  return (
    <>
      {look && look !== closed ? (
        <Alert
          className="inline"
          type={look.view?.usable ? 'success' : 'warning'}
          showIcon
          closable={{ onClose: () => setClosed(look) }}
          role="status"
          title={<Answer look={look} />}
        />
      ) : null}
      {error ? <Alert className="inline" type="error" showIcon role="alert" title={`${failure.title} ${failure.hint}`} /> : null}
      <Button icon={<EyeOutlined />} loading={waits} onClick={ask}>
        {waits ? t('looking.waits') : t('looking.now')}
      </Button>
    </>
  );
}

function Answer({ look }: { look: LookItem }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const sight = look.view;
  if (!sight) return <>{t('looking.noPicture', { reason: told(look.reason, language) })}</>;
  const view = sight.usable ? t('looking.clear') : sight.faults.map((fault) => t(`fault.${fault}`)).join(', ') || told(sight.detail, language);
  return (
    <>
      <Moment at={sight.taken_at} /> · {view} · {t('looking.things', { count: sight.detections.length })}
    </>
  );
}

function Pausing({ camera }: { camera: CameraItem }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const pausing = usePausing(camera.camera_id);
  const [asks, setAsks] = useState(false);
  const [form] = Form.useForm<{ reason: string }>();
  const failure = useFailureText(pausing.error);
  const paused = camera.state === 'paused';
  const resume = () => pausing.mutate({ pause: false, reason: '' }, { onSuccess: () => void message.success(t('pausing.resumed')) });
  const begin = () => {
    pausing.reset();
    setAsks(true);
  };
  if (paused) {
    return (
      <>
        {pausing.isError ? <Alert className="inline" type="error" showIcon role="alert" title={`${failure.title} ${failure.hint}`} /> : null}
        <Button icon={<PlayCircleOutlined />} loading={pausing.isPending} onClick={resume}>
          {t('pausing.resume')}
        </Button>
      </>
    );
  }
  return (
    <>
      <Button icon={<PauseCircleOutlined />} onClick={begin}>
        {t('pausing.pause')}
      </Button>
      <Modal
        open={asks}
        title={t('pausing.pause')}
        okText={t('pausing.pause')}
        cancelText={t('case.cancel')}
        confirmLoading={pausing.isPending}
        onOk={() => form.submit()}
        onCancel={() => setAsks(false)}
        destroyOnHidden
      >
        <p className="muted">{t('pausing.hint')}</p>
        <Form<{ reason: string }>
          form={form}
          layout="vertical"
          onFinish={({ reason }) => {
            const done = () => {
              setAsks(false);
              void message.success(t('pausing.paused'));
            };
            pausing.mutate({ pause: true, reason: reason.trim() }, { onSuccess: done });
          }}
        >
          <Form.Item name="reason" label={t('case.reason')} rules={[{ required: true, whitespace: true, message: t('case.reasonNeeded') }]}>
            <Input maxLength={200} />
          </Form.Item>
        </Form>
        {pausing.isError ? <Failure error={pausing.error} /> : null}
      </Modal>
    </>
  );
}

import { Alert, App, Button, Card, Popconfirm } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';

import type { CameraItem } from '../api/client';
import { useRetire } from '../api/configuration';
import { Refused } from './Faults';
import type { CameraFile } from './file';
import { NameFields, PlaceFields, SourceFields, WatchFields } from './fields';
import { Probe } from './Probe';
import { SaveBar, useMayConfigure } from './SaveBar';
import type { Desk } from './useDraft';

/** How a camera is called, reached, watched, and where it stands. */
export function SettingsDesk({ desk, camera }: { desk: Desk; camera: CameraItem }) {
  const { t } = useTranslation();
  const { draft, act } = desk;
  const { file } = draft;
  const change = (values: Partial<CameraFile>, about: string) =>
    act({ kind: 'edit', about, change: (before) => ({ ...before, ...values }) });
  const fields = { file, onChange: change };
  return (
    <div className="stack">
      <SaveBar desk={desk} />
      <div className="two-cards">
        <Card size="small" title={t('setup.source')}>
          <SourceFields {...fields} />
          <Probe source={file.source} interval={file.watch.look_interval_s} />
        </Card>
        <div className="stack">
          <Card size="small" title={t('setup.names')}>
            <NameFields {...fields} />
          </Card>
          <Card size="small" title={t('setup.watch')}>
            <WatchFields {...fields} />
          </Card>
          <Card size="small" title={t('setup.place')}>
            <PlaceFields {...fields} />
            {file.calibration ? <Alert type="info" showIcon title={t('setup.placeCalibrated')} /> : null}
          </Card>
          <Retire camera={camera} etag={draft.base.etag} />
        </div>
      </div>
    </div>
  );
}

function Retire({ camera, etag }: { camera: CameraItem; etag: string }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const navigate = useNavigate();
  const retire = useRetire(camera.camera_id);
  const mayConfigure = useMayConfigure();
  if (!mayConfigure) return null;
  const go = () =>
    retire.mutate(etag, {
      onSuccess: () => {
        void message.success(t('setup.retired'));
        void navigate('/cameras');
      },
    });
  return (
    <Card size="small" title={t('setup.retire')}>
      <p className="muted">{t('setup.retireHint')}</p>
      {retire.isError ? <Refused error={retire.error} /> : null}
      <Popconfirm title={t('setup.retireSure')} okText={t('setup.retire')} cancelText={t('case.cancel')} onConfirm={go}>
        <Button danger loading={retire.isPending}>
          {t('setup.retire')}
        </Button>
      </Popconfirm>
    </Card>
  );
}

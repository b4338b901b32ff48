import { ArrowLeftOutlined } from '@ant-design/icons';
import { Button, Tabs } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';

import { usePerson } from '../api/account';
import { ApiError, type CameraItem } from '../api/client';
import { useConfiguration } from '../api/configuration';
import { useCamera } from '../api/queries';
import { CalibrationDesk } from '../calibration/CalibrationDesk';
import type { Kept } from '../camera/draft';
import { CameraActions } from '../camera/CameraActions';
import { SettingsDesk } from '../camera/SettingsDesk';
import { useDraft } from '../camera/useDraft';
import { Versions } from '../camera/Versions';
import { Watch } from '../camera/Watch';
import { CameraMark, cameraName, Failure, Nothing } from '../components/parts';
import { Waiting } from '../components/Waiting';
import { useLanguage } from '../i18n';
import { SignInDialog } from '../layout/SignIn';
import { TrialDesk } from '../trial/TrialDesk';
import { ZoneEditor } from '../zones/ZoneEditor';

const TABS = ['watch', 'zones', 'calibration', 'try', 'settings', 'versions'] as const;
type Tab = (typeof TABS)[number];

/** One camera: what it sees, and everything that can be set about it. */
export function Camera() {
  const { t } = useTranslation();
  const language = useLanguage();
  const navigate = useNavigate();
  const { id = '', tab: asked } = useParams();
  const tab: Tab = TABS.find((each) => each === asked) ?? 'watch';
  const found = useCamera(id);
  if (found.isPending) return <Waiting />;
  const camera = found.data;
  const base = `/cameras/${encodeURIComponent(id)}`;
  return (
    <div className="page-body stack">
      <div className="row wrap">
        <Link to="/cameras">
          <ArrowLeftOutlined /> {t('cameras.back')}
        </Link>
        <h1 className="page">
          {cameraName(camera, id, language)} <span className="mono muted">{id}</span>
        </h1>
        {camera ? <CameraMark camera={camera} /> : null}
        <span className="grow" />
        {camera ? <CameraActions key={id} camera={camera} /> : null}
      </div>
      {found.isError ? <Failure error={found.error} onRetry={() => void found.refetch()} /> : null}
      {camera ? (
        <>
          <Tabs
            className="page-tabs"
            activeKey={tab}
            onChange={(key) => void navigate(key === 'watch' ? base : `${base}/${key}`)}
            items={TABS.map((key) => ({ key, label: t(`tab.${key}`) }))}
          />
          {tab === 'watch' ? <Watch camera={camera} /> : <Desk key={id} camera={camera} tab={tab} />}
        </>
      ) : null}
    </div>
  );
}

/** The tabs that change the camera's file share one draft. */
function Desk({ camera, tab }: { camera: CameraItem; tab: Tab }) {
  const { t } = useTranslation();
  const person = usePerson();
  const [signing, setSigning] = useState(false);
  const read = useConfiguration(camera.camera_id);
  if (read.data) return <DraftDesk camera={camera} tab={tab} kept={read.data} />;
  if (!read.isError) return <Waiting />;
  const isRefused = read.error instanceof ApiError && (read.error.status === 401 || read.error.status === 403);
  if (isRefused && person === undefined) {
    return (
      <Nothing title={t('saving.closed')} hint={t('saving.closedHint')}>
        <Button type="primary" onClick={() => setSigning(true)}>
          {t('saving.signIn')}
        </Button>
        <SignInDialog open={signing} onClose={() => setSigning(false)} />
      </Nothing>
    );
  }
  return <Failure error={read.error} onRetry={() => void read.refetch()} />;
}

function DraftDesk({ camera, tab, kept }: { camera: CameraItem; tab: Tab; kept: Kept }) {
  const desk = useDraft(kept);
  switch (tab) {
    case 'zones':
      return <ZoneEditor desk={desk} camera={camera} />;
    case 'calibration':
      return <CalibrationDesk desk={desk} camera={camera} />;
    case 'try':
      return <TrialDesk desk={desk} camera={camera} />;
    case 'settings':
      return <SettingsDesk desk={desk} camera={camera} />;
    default:
      return <Versions kept={kept} />;
  }
}

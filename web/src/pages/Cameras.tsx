import { AppstoreOutlined, ImportOutlined, PlusOutlined, UnorderedListOutlined } from '@ant-design/icons';
import { Button, Input, Segmented, Select } from 'antd';
import { useDeferredValue, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';

import { snapshotUrl, type CameraItem } from '../api/client';
import { useCameras } from '../api/queries';
import { useMayConfigure } from '../camera/SaveBar';
import { CameraMark, cameraName, Failure, Nothing } from '../components/parts';
import { Picture } from '../components/Picture';
import { Waiting } from '../components/Waiting';
import { CAMERA_COLOUR } from '../domain/cases';
import { useLanguage } from '../i18n';
import { CameraTable } from './cameras/CameraTable';

const STATES = Object.keys(CAMERA_COLOUR) as (keyof typeof CAMERA_COLOUR)[];

/** Every camera, whether it watches, and what it saw last. */
export function Cameras() {
  const { t } = useTranslation();
  const [parameters, setParameters] = useSearchParams();
  const cameras = useCameras();
  // Put off, hundreds of cameras are drawn bit by bit, while the page answers.
  const drawn = useDeferredValue(cameras.data);
  const mayConfigure = useMayConfigure();
  const text = parameters.get('q') ?? '';
  const state = parameters.get('state') ?? undefined;
  const pictures = parameters.get('as') === 'pictures';
  const set = (key: string, value: string | undefined) => {
    const next = new URLSearchParams(parameters);
    if (value) next.set(key, value);
    else next.delete(key);
    setParameters(next, { replace: true });
  };
  const shown = useMemo(() => {
    const wanted = text.toLocaleLowerCase();
    return (drawn ?? []).filter(
      (camera) =>
        (state === undefined || (camera.state ?? 'silent') === state) &&
        [camera.camera_id, camera.name_en, camera.name_zh].some((name) => name.toLocaleLowerCase().includes(wanted)),
    );
  }, [drawn, text, state]);
  const narrowed = text !== '' || state !== undefined;
  return (
    <div className="page-body page-fill">
      <div className="row wrap">
        <h1 className="page">{t('cameras.title')}</h1>
        <span className="muted">{drawn ? shown.length : null}</span>
        <span className="grow" />
        <Input.Search
          aria-label={t('cameras.search')}
          placeholder={t('cameras.search')}
          style={{ width: 220 }}
          allowClear
          value={text}
          onChange={(event) => set('q', event.target.value)}
        />
        <Select
          aria-label={t('cameras.state')}
          placeholder={t('cameras.state')}
          style={{ width: 150 }}
          allowClear
          value={state}
          options={STATES.map((each) => ({ value: each, label: t(`cameraState.${each}`) }))}
          onChange={(value?: string) => set('state', value)}
        />
        <Segmented
          aria-label={t('cameras.list')}
          value={pictures ? 'pictures' : 'list'}
          onChange={(value) => set('as', value === 'pictures' ? value : undefined)}
          options={[
            { value: 'list', icon: <UnorderedListOutlined />, label: t('cameras.list') },
            { value: 'pictures', icon: <AppstoreOutlined />, label: t('cameras.pictures') },
          ]}
        />
        {mayConfigure ? (
          <>
            <Link to="/cameras/-/import">
              <Button icon={<ImportOutlined />} tabIndex={-1}>
                {t('cameras.import')}
              </Button>
            </Link>
            <Link to="/cameras/-/add">
              <Button type="primary" icon={<PlusOutlined />} tabIndex={-1}>
                {t('cameras.add')}
              </Button>
            </Link>
          </>
        ) : null}
      </div>
      {cameras.isError && !cameras.data ? (
        <Failure error={cameras.error} onRetry={() => void cameras.refetch()} />
      ) : drawn === undefined ? (
        <Waiting />
      ) : shown.length === 0 && narrowed ? (
        <Nothing title={t('cameras.noMatch')} hint={t('cameras.noMatchHint')}>
          <Button onClick={() => setParameters({}, { replace: true })}>{t('cases.clear')}</Button>
        </Nothing>
      ) : shown.length === 0 ? (
        <Nothing title={t('cameras.empty')} hint={t('cameras.emptyHint')}>
          <Link to="/cameras/-/add">{t('cameras.add')}</Link>
        </Nothing>
      ) : pictures ? (
        <Wall cameras={shown} />
      ) : (
        <CameraTable cameras={shown} />
      )}
    </div>
  );
}

function Wall({ cameras }: { cameras: CameraItem[] }) {
  const { t } = useTranslation();
  const language = useLanguage();
  return (
    <div className="wall-of-cameras">
      {cameras.map((camera) => (
        <Link key={camera.camera_id} className="camera-card" to={`/cameras/${encodeURIComponent(camera.camera_id)}`}>
          <Picture
            src={snapshotUrl(camera.camera_id, camera.last_look_at)}
            alt={cameraName(camera, camera.camera_id, language)}
            missing={t('cameras.noPicture')}
          />
          <div className="row">
            <span className="grow clip">{cameraName(camera, camera.camera_id, language)}</span>
            <CameraMark camera={camera} />
          </div>
        </Link>
      ))}
    </div>
  );
}

import { AppstoreOutlined, ImportOutlined, PlusOutlined, UnorderedListOutlined } from '@ant-design/icons';
import { Button, Input, Segmented, Select, Table, Tooltip, type TableProps } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useSearchParams } from 'react-router';

import { snapshotUrl, type CameraItem } from '../api/client';
import { useCameras } from '../api/queries';
import { useMayConfigure } from '../camera/SaveBar';
import { CameraMark, cameraName, Failure, Mark, MatterName, Moment, Nothing } from '../components/parts';
import { Picture } from '../components/Picture';
import { Waiting } from '../components/Waiting';
import { isBehind } from '../domain/cameras';
import { CAMERA_COLOUR } from '../domain/cases';
import { percent } from '../domain/figures';
import { useLanguage } from '../i18n';

const STATES = Object.keys(CAMERA_COLOUR) as (keyof typeof CAMERA_COLOUR)[];

/** Every camera, whether it watches, and what it saw last. */
export function Cameras() {
  const { t } = useTranslation();
  const [parameters, setParameters] = useSearchParams();
  const cameras = useCameras();
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
    return (cameras.data ?? []).filter(
      (camera) =>
        (state === undefined || (camera.state ?? 'silent') === state) &&
        [camera.camera_id, camera.name_en, camera.name_zh].some((name) => name.toLocaleLowerCase().includes(wanted)),
    );
  }, [cameras.data, text, state]);
  if (cameras.isPending) return <Waiting />;
  const narrowed = text !== '' || state !== undefined;
  return (
    <div className="page-body page-fill">
      <div className="row wrap">
        <h1 className="page">{t('cameras.title')}</h1>
        <span className="muted">{shown.length}</span>
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
        <List cameras={shown} />
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

/** What a camera's looks cost, and whether they come as often as is wanted. */
function Load({ camera }: { camera: CameraItem }) {
  const { t } = useTranslation();
  const { load, look_s: look, gap_s: gap, look_interval_s: wanted } = camera;
  if (typeof load !== 'number' || typeof look !== 'number') return <span className="muted">{t('cameras.never')}</span>;
  return (
    <>
      {percent(load)}
      <div className="muted">{t('cameras.lookTakes', { number: Math.max(1, Math.round(look * 1000)) })}</div>
      {isBehind(camera) ? (
        <Mark colour="#d48806">
          {t('cameras.behind', { seconds: Math.round((gap ?? 0) * 10) / 10, wanted })}
        </Mark>
      ) : null}
    </>
  );
}

function List({ cameras }: { cameras: CameraItem[] }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const navigate = useNavigate();
  const columns: TableProps<CameraItem>['columns'] = [
    {
      title: <span className="unseen">{t('cameras.pictures')}</span>,
      key: 'picture',
      width: 110,
      render: (_, camera) => (
        <Picture src={snapshotUrl(camera.camera_id, camera.last_look_at)} alt="" missing={t('cameras.noPicture')} />
      ),
    },
    {
      title: t('cameras.camera'),
      key: 'name',
      render: (_, camera) => (
        <>
          <Link to={`/cameras/${encodeURIComponent(camera.camera_id)}`}>
            {cameraName(camera, camera.camera_id, language)}
          </Link>
          <div className="mono muted">{camera.camera_id}</div>
        </>
      ),
    },
    {
      title: t('cameras.state'),
      key: 'state',
      width: 210,
      render: (_, camera) => (
        <>
          <CameraMark camera={camera} />
          {camera.since ? (
            <div className="muted">
              <Moment at={camera.since} relative />
            </div>
          ) : null}
        </>
      ),
    },
    {
      title: t('cameras.lastLook'),
      key: 'look',
      width: 150,
      render: (_, camera) => (camera.last_look_at ? <Moment at={camera.last_look_at} /> : t('cameras.never')),
    },
    {
      title: t('cameras.looks'),
      key: 'looks',
      width: 130,
      sorter: (a, b) => a.looks - b.looks,
      render: (_, camera) => (
        <>
          {camera.looks.toLocaleString()}
          <div className="muted">
            {t(`mode.${camera.mode === 'patrol' ? 'patrol' : 'continuous'}`)},{' '}
            {t('cameras.every', { seconds: camera.look_interval_s })}
          </div>
        </>
      ),
    },
    {
      title: (
        <Tooltip title={t('cameras.loadHint')}>
          <span tabIndex={0}>{t('cameras.load')}</span>
        </Tooltip>
      ),
      key: 'load',
      width: 140,
      sorter: (a, b) => (a.load ?? 0) - (b.load ?? 0),
      render: (_, camera) => <Load camera={camera} />,
    },
    {
      title: t('cameras.matters'),
      key: 'matters',
      render: (_, camera) =>
        camera.matters.map((code, index) => (
          <span key={code}>
            {index ? ' · ' : ''}
            <MatterName code={code} />
          </span>
        )),
    },
    {
      title: t('cameras.model'),
      key: 'model',
      width: 130,
      render: (_, { model }) => (model ? <Link to={`/models/${encodeURIComponent(model)}`}>{model}</Link> : '–'),
    },
  ];
  return (
    <Table<CameraItem>
      size="small"
      rowKey="camera_id"
      columns={columns}
      dataSource={cameras}
      pagination={cameras.length > 50 ? { pageSize: 50, showSizeChanger: false } : false}
      onRow={(camera) => ({
        style: { cursor: 'pointer' },
        onClick: () => void navigate(`/cameras/${encodeURIComponent(camera.camera_id)}`),
      })}
    />
  );
}

import { Table, Tooltip, type TableProps } from 'antd';
import { memo, useMemo } from 'react';
import { Link, useNavigate } from 'react-router';

import { snapshotUrl, type CameraItem } from '../../api/client';
import { useNames } from '../../components/names';
import { CameraMark, cameraName, Mark, MatterName, Moment } from '../../components/parts';
import { Picture } from '../../components/Picture';
import { useHeight } from '../../components/useHeight';
import { isBehind } from '../../domain/cameras';
import { percent } from '../../domain/figures';

/** More than these are drawn as they are scrolled to. */
const DRAWN_AT_ONCE = 25;
const HEAD_PX = 40;
const WIDTH_PX = 1330;

/** Cameras as rows. */
export const CameraTable = memo(function CameraTable({ cameras }: { cameras: CameraItem[] }) {
  const [box, height] = useHeight();
  const navigate = useNavigate();
  const columns = useColumns();
  const onRow = useMemo<TableProps<CameraItem>['onRow']>(
    () => (camera) => ({
      style: { cursor: 'pointer' },
      onClick: () => void navigate(`/cameras/${encodeURIComponent(camera.camera_id)}`),
    }),
    [navigate],
  );
  const many = cameras.length > DRAWN_AT_ONCE;
  return (
    <div ref={box} className={many ? 'panel' : undefined} style={many ? { flex: 1 } : undefined}>
      <Table<CameraItem>
        size="small"
        rowKey="camera_id"
        columns={columns}
        dataSource={cameras}
        pagination={false}
        {...(many ? { virtual: true, scroll: { x: WIDTH_PX, y: Math.max(height - HEAD_PX, 120) } } : {})}
        onRow={onRow}
      />
    </div>
  );
});

/** A cell is drawn anew when its camera has changed. */
function changed(camera: CameraItem, before: CameraItem): boolean {
  return camera !== before;
}

function useColumns(): TableProps<CameraItem>['columns'] {
  const { t } = useNames();
  return useMemo(() => {
    const columns: TableProps<CameraItem>['columns'] = [
      {
        title: <span className="unseen">{t('cameras.pictures')}</span>,
        key: 'picture',
        width: 110,
        render: (_, camera) => (
          <Picture src={snapshotUrl(camera.camera_id, camera.last_look_at)} alt="" missing={t('cameras.noPicture')} />
        ),
      },
      { title: t('cameras.camera'), key: 'name', width: 240, render: (_, camera) => <Name camera={camera} /> },
      { title: t('cameras.state'), key: 'state', width: 210, render: (_, camera) => <State camera={camera} /> },
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
        render: (_, camera) => <Looks camera={camera} />,
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
      { title: t('cameras.matters'), key: 'matters', width: 220, render: (_, camera) => <Matters codes={camera.matters} /> },
      {
        title: t('cameras.model'),
        key: 'model',
        width: 130,
        render: (_, { model }) => (model ? <Link to={`/models/${encodeURIComponent(model)}`}>{model}</Link> : '–'),
      },
    ];
    return columns.map((column) => ({ ...column, shouldCellUpdate: changed }));
  }, [t]);
}

function Name({ camera }: { camera: CameraItem }) {
  const { language } = useNames();
  return (
    <>
      <Link to={`/cameras/${encodeURIComponent(camera.camera_id)}`}>{cameraName(camera, camera.camera_id, language)}</Link>
      <div className="mono muted">{camera.camera_id}</div>
    </>
  );
}

function State({ camera }: { camera: CameraItem }) {
  return (
    <>
      <CameraMark camera={camera} />
      {camera.since ? (
        <div className="muted">
          <Moment at={camera.since} relative />
        </div>
      ) : null}
    </>
  );
}

function Looks({ camera }: { camera: CameraItem }) {
  const { t } = useNames();
  return (
    <>
      {camera.looks.toLocaleString()}
      <div className="muted">
        {t(`mode.${camera.mode === 'patrol' ? 'patrol' : 'continuous'}`)},{' '}
        {t('cameras.every', { seconds: camera.look_interval_s })}
      </div>
    </>
  );
}

/** What a camera's looks cost, and whether they come as often as is wanted. */
function Load({ camera }: { camera: CameraItem }) {
  const { t } = useNames();
  const { load, look_s: look, gap_s: gap, look_interval_s: wanted } = camera;
  if (typeof load !== 'number' || typeof look !== 'number') return <span className="muted">{t('cameras.never')}</span>;
  return (
    <>
      {percent(load)}
      <div className="muted">{t('cameras.lookTakes', { number: Math.max(1, Math.round(look * 1000)) })}</div>
      {isBehind(camera) ? (
        <Mark colour="#d48806">{t('cameras.behind', { seconds: Math.round((gap ?? 0) * 10) / 10, wanted })}</Mark>
      ) : null}
    </>
  );
}

function Matters({ codes }: { codes: readonly string[] }) {
  return codes.map((code, index) => (
    <span key={code}>
      {index ? ' · ' : ''}
      <MatterName code={code} />
    </span>
  ));
}

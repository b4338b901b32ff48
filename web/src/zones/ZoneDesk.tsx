import { CopyOutlined, DeleteOutlined, DownloadOutlined, PlusOutlined, RedoOutlined, UndoOutlined } from '@ant-design/icons';
import { Alert, App, Button, Card, Input, Select } from 'antd';
import { useEffect, useReducer, useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { CameraItem } from '../api/client';
import { Dot, Nothing } from '../components/parts';
import { useImage } from '../components/image';
import { colourOf, isPurpose, PURPOSES } from './colours';
import { begin, edited, freeId, type Drawing, type Edit } from './edits';
import { faultsOf, scaled, yamlOf, type Zone } from './geometry';
import { PictureMap } from './PictureMap';

type Size = readonly [number, number];

function zonesOf(camera: CameraItem, size: Size): Zone[] {
  return camera.zones.map((zone) => ({
    key: zone.id,
    id: zone.id,
    purpose: zone.purpose,
    corners: scaled(zone.polygon_px, zone.resolution_wh, size).map(([x, y]) => [Math.round(x), Math.round(y)] as const),
  }));
}

/** The camera's picture with its zones; a desk to draw them on when asked for. */
export function ZoneDesk({ camera, picture }: { camera: CameraItem; picture: string }) {
  const { t } = useTranslation();
  const [editing, setEditing] = useState(false);
  // While somebody draws, the picture under the pen does not change.
  const [held, setHeld] = useState(picture);
  const image = useImage(editing ? held : picture);
  const size = image.size;
  return (
    <Card
      size="small"
      title={editing ? t('zones.title') : t('cameras.picture')}
      extra={
        size ? (
          <Button
            size="small"
            onClick={() => {
              setHeld(picture);
              setEditing(!editing);
            }}
          >
            {editing ? t('zones.close') : t('cameras.edit')}
          </Button>
        ) : null
      }
    >
      {size === undefined || image.url === undefined ? (
        <Nothing title={image.failed ? t('cameras.noPicture') : ' '} hint={image.failed ? t('zones.noPicture') : undefined} />
      ) : editing ? (
        <Editor camera={camera} picture={image.url} size={size} />
      ) : (
        <View camera={camera} picture={image.url} size={size} />
      )}
    </Card>
  );
}

function View({ camera, picture, size }: { camera: CameraItem; picture: string; size: Size }) {
  const { t } = useTranslation();
  const zones = zonesOf(camera, size);
  return (
    <>
      <PictureMap label={t('cameras.picture')} picture={picture} size={size} zones={zones} mode="view" />
      <div className="row wrap" style={{ marginTop: 10 }}>
        {zones.map((zone) => (
          <span key={zone.key} className="pill">
            <Dot colour={colourOf(zone.purpose)} />
            <span className="mono">{zone.id}</span>
            <PurposeName purpose={zone.purpose} />
          </span>
        ))}
        {zones.length === 0 ? <span className="muted">{t('zones.empty')}</span> : null}
      </div>
    </>
  );
}

function PurposeName({ purpose }: { purpose: string }) {
  const { t } = useTranslation();
  return <span>{isPurpose(purpose) ? t(`purpose.${purpose}`) : purpose}</span>;
}

function Editor({ camera, picture, size }: { camera: CameraItem; picture: string; size: Size }) {
  const { t } = useTranslation();
  const [drawing, edit] = useReducer(edited, undefined, () => begin(zonesOf(camera, size)));
  const [isDrawing, setDrawing] = useState(false);
  useUndoKeys(edit);
  return (
    <div className="stack">
      <Alert type="info" showIcon title={t('zones.intro')} />
      <div className="row wrap">
        <Button type={isDrawing ? 'default' : 'primary'} icon={<PlusOutlined />} onClick={() => setDrawing(!isDrawing)}>
          {isDrawing ? t('case.cancel') : t('zones.draw')}
        </Button>
        <Button icon={<UndoOutlined />} disabled={drawing.past.length === 0} onClick={() => edit({ kind: 'undo' })}>
          {t('zones.undo')}
        </Button>
        <Button icon={<RedoOutlined />} disabled={drawing.future.length === 0} onClick={() => edit({ kind: 'redo' })}>
          {t('zones.redo')}
        </Button>
        <span className="muted">{isDrawing ? t('zones.drawing') : t('zones.editHint')}</span>
      </div>
      <PictureMap
        label={t('zones.title')}
        picture={picture}
        size={size}
        zones={drawing.zones}
        selected={drawing.selected}
        mode={isDrawing ? 'draw' : 'edit'}
        onSelect={(key) => edit({ kind: 'select', key })}
        onShape={(key, corners) => edit({ kind: 'shape', key, corners })}
        onDrawn={(corners) => {
          const id = freeId(drawing.zones);
          const purpose = drawing.zones.at(-1)?.purpose ?? 'pavement';
          edit({ kind: 'add', zone: { key: crypto.randomUUID(), id, purpose, corners } });
          setDrawing(false);
        }}
      />
      <ZoneList drawing={drawing} edit={edit} size={size} />
      <Export camera={camera} zones={drawing.zones} size={size} />
    </div>
  );
}

function useUndoKeys(edit: (edit: Edit) => void): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && event.target.matches('input, textarea');
      if (typing || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'z') return;
      event.preventDefault();
      edit({ kind: event.shiftKey ? 'redo' : 'undo' });
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [edit]);
}

function ZoneList({ drawing, edit, size }: { drawing: Drawing; edit: (edit: Edit) => void; size: Size }) {
  const { t } = useTranslation();
  if (drawing.zones.length === 0) return <Nothing title={t('zones.empty')} />;
  const texts = {
    crosses: t('zones.faultCrosses'),
    small: t('zones.faultSmall'),
    outside: t('zones.faultOutside'),
    name: t('zones.faultName'),
  };
  return (
    <div>
      {drawing.zones.map((zone) => {
        const faults = faultsOf(zone, drawing.zones, size);
        return (
          <div key={zone.key} className="check">
            <div className="row wrap">
              <Dot colour={colourOf(zone.purpose)} />
              <Input
                aria-label={t('zones.name')}
                title={t('zones.nameHint')}
                value={zone.id}
                status={faults.includes('name') ? 'error' : ''}
                style={{ width: 170 }}
                maxLength={64}
                onFocus={() => edit({ kind: 'select', key: zone.key })}
                onChange={(event) => edit({ kind: 'rename', key: zone.key, id: event.target.value })}
              />
              <Select
                aria-label={t('zones.purpose')}
                value={zone.purpose}
                style={{ width: 170 }}
                options={PURPOSES.map((purpose) => ({ value: purpose, label: t(`purpose.${purpose}`) }))}
                onChange={(purpose: string) => edit({ kind: 'repurpose', key: zone.key, purpose })}
              />
              <span className="muted">{t('zones.corners', { count: zone.corners.length })}</span>
              <span className="grow" />
              <Button
                icon={<DeleteOutlined />}
                aria-label={`${t('zones.remove')} ${zone.id}`}
                onClick={() => edit({ kind: 'remove', key: zone.key })}
              />
            </div>
            {faults.map((fault) => (
              <Alert key={fault} type="warning" showIcon title={`${zone.id} ${texts[fault]}`} style={{ marginTop: 6 }} />
            ))}
          </div>
        );
      })}
    </div>
  );
}

function Export({ camera, zones, size }: { camera: CameraItem; zones: readonly Zone[]; size: Size }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const text = yamlOf(zones, size);
  const faulty = zones.some((zone) => faultsOf(zone, zones, size).length > 0);
  const download = () => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], { type: 'application/yaml' }));
    link.download = `${camera.camera_id}-zones.yaml`;
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return (
    <div className="stack" style={{ gap: 6 }}>
      <div className="row">
        <h2 className="part grow">{t('zones.yaml')}</h2>
        <Button
          icon={<CopyOutlined />}
          disabled={faulty}
          onClick={() => void navigator.clipboard.writeText(text).then(() => message.success(t('zones.copied')))}
        >
          {t('zones.copy')}
        </Button>
        <Button icon={<DownloadOutlined />} disabled={faulty} onClick={download}>
          {t('zones.download')}
        </Button>
      </div>
      <pre className="yaml" tabIndex={0}>
        {text}
      </pre>
    </div>
  );
}

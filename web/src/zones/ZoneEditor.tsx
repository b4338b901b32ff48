import { CameraOutlined, CopyOutlined, EyeOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Switch, Tabs, Tooltip } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useRules } from '../api/configuration';
import { snapshotUrl, type CameraItem } from '../api/client';
import { useImage } from '../components/image';
import { Failure, Nothing } from '../components/parts';
import { useLanguage } from '../i18n';
import { SaveBar } from '../camera/SaveBar';
import type { Desk } from '../camera/useDraft';
import { FirstPicture } from '../camera/FirstPicture';
import { CopyZones } from './CopyZones';
import { addZone, removeZone, shapeZone } from './edits';
import { zoneFaults } from './geometry';
import { MatterPanel } from './MatterPanel';
import { mismatches } from './needs';
import { PictureMap } from './PictureMap';
import { Seen, useSeen } from './Seen';
import { shownZones } from './shown';
import { ZonePanel } from './ZonePanel';

type Size = readonly [number, number];

/** The picture of a camera with its zones, to be drawn, named and saved. */
export function ZoneEditor({ desk, camera }: { desk: Desk; camera: CameraItem }) {
  const { t } = useTranslation();
  const id = camera.camera_id;
  // While somebody draws, the picture under the pen does not change.
  const [held, setHeld] = useState(camera.last_look_at);
  if (!held && camera.last_look_at) setHeld(camera.last_look_at);
  const [watches, setWatches] = useState(false);
  const seen = useSeen(id, watches);
  const image = useImage(snapshotUrl(id, watches ? (seen.takenAt ?? held) : held));
  const known = desk.draft.file.zones[0]?.resolution_wh;
  const size = image.size ?? (image.failed || !held ? known : undefined);
  if (size === undefined && !held) return <FirstPicture camera={camera} />;
  if (size === undefined) {
    return image.failed ? (
      <Nothing title={t('cameras.noPicture')} hint={t('zones.noPicture')}>
        <Button onClick={() => setHeld(new Date().toISOString())}>{t('error.again')}</Button>
      </Nothing>
    ) : (
      <p className="muted">{t('saving.waiting')}</p>
    );
  }
  const tools = (
    <>
      <Tooltip title={t('zones.newPictureHint')}>
        <Button icon={<CameraOutlined />} onClick={() => setHeld(camera.last_look_at)} disabled={watches}>
          {t('zones.newPicture')}
        </Button>
      </Tooltip>
      <label className="row">
        <Switch checked={watches} onChange={setWatches} />
        <EyeOutlined /> {t('zones.sees')}
      </label>
    </>
  );
  return <Editor desk={desk} size={size} picture={image.failed ? undefined : image.url} tools={tools} seen={seen} id={id} />;
}

interface EditorProps {
  desk: Desk;
  id: string;
  size: Size;
  picture?: string;
  tools: React.ReactNode;
  seen: ReturnType<typeof useSeen>;
}

function Editor({ desk, id, size, picture, tools, seen }: EditorProps) {
  const { t } = useTranslation();
  const language = useLanguage();
  const { draft, act } = desk;
  const { file } = draft;
  const rules = useRules();
  const [draws, setDraws] = useState(false);
  const [selected, setSelected] = useState<number>();
  const [copies, setCopies] = useState(false);
  const zones = useMemo(() => shownZones(file.zones, size, language), [file.zones, size, language]);
  const faults = useMemo(() => zones.map((zone) => zoneFaults(zone, zones, size)), [zones, size]);
  const wrong = mismatches(file, rules.data ?? []);
  const faulty = zones.find((_, index) => (faults[index]?.length ?? 0) > 0);
  const boxes = useMemo(() => seen.boxes(size), [seen, size]);
  const add = (corners: readonly (readonly [number, number])[]) => {
    const purpose = file.zones.at(-1)?.purpose ?? 'no_parking';
    act({ kind: 'edit', change: (before) => addZone(before, corners, size, purpose) });
    setSelected(file.zones.length);
    setDraws(false);
  };
  return (
    <div className="stack">
      <SaveBar desk={desk} blocked={faulty ? t('zones.blocked', { zone: faulty.id }) : undefined} />
      <div className="editor">
        <div className="stack">
          <div className="row wrap">
            <Button type={draws ? 'default' : 'primary'} icon={<PlusOutlined />} onClick={() => setDraws(!draws)}>
              {draws ? t('case.cancel') : t('zones.draw')}
            </Button>
            <Button icon={<CopyOutlined />} onClick={() => setCopies(true)}>
              {t('zones.copyFrom')}
            </Button>
            {tools}
          </div>
          <PictureMap
            label={t('zones.title')}
            picture={picture}
            size={size}
            zones={zones}
            boxes={boxes}
            selected={selected === undefined ? undefined : String(selected)}
            mode={draws ? 'draw' : 'edit'}
            onSelect={(key) => setSelected(key === undefined ? undefined : Number(key))}
            onShape={(key, corners) => act({ kind: 'edit', change: (before) => shapeZone(before, Number(key), corners, size) })}
            onDrawn={add}
          />
          <p className="muted hint" role="status">
            {draws ? t('zones.drawing') : t('zones.editHint')}
          </p>
          <Seen seen={seen} />
        </div>
        <Tabs
          className="panel side"
          size="small"
          items={[
            {
              key: 'zones',
              label: t('zones.count', { count: zones.length }),
              children: (
                <ZonePanel
                  file={file}
                  act={act}
                  size={size}
                  faults={faults}
                  wrong={wrong}
                  selected={selected}
                  onSelect={setSelected}
                  onAddByNumbers={() => add(middle(size))}
                  onRemove={(index) => {
                    act({ kind: 'edit', change: (before) => removeZone(before, index) });
                    setSelected(undefined);
                  }}
                />
              ),
            },
            {
              key: 'matters',
              label: t('zones.matters'),
              children: rules.isError ? (
                <Failure error={rules.error} onRetry={() => void rules.refetch()} />
              ) : (
                <MatterPanel file={file} act={act} rules={rules.data ?? []} wrong={wrong} />
              ),
            },
          ]}
        />
      </div>
      {copies ? (
        <CopyZones
          id={id}
          onClose={() => setCopies(false)}
          size={size}
          act={act}
        />
      ) : null}
    </div>
  );
}

/** A rectangle in the middle of the picture: where a zone begins that is drawn with the keyboard. */
function middle([width, height]: Size): [number, number][] {
  const [left, right, top, bottom] = [width / 3, (width * 2) / 3, height / 3, (height * 2) / 3].map(Math.round) as [number, number, number, number];
  return [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ];
}

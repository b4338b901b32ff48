import { Alert, Button, Checkbox, Modal, Select } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useConfiguration } from '../api/configuration';
import { useCameras } from '../api/queries';
import type { Act } from '../camera/draft';
import { cameraName, Failure, Nothing } from '../components/parts';
import { useLanguage } from '../i18n';
import { isPurpose } from './colours';
import { pasteZones } from './edits';
import { ZonesBeside } from './ZonesBeside';

interface Props {
  id: string;
  size: readonly [number, number];
  act: (act: Act) => void;
  onClose: () => void;
}

/** Takes zones of another camera over: for cameras on one pole, or one that was replaced. */
export function CopyZones({ id, size, act, onClose }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  const cameras = useCameras();
  const others = (cameras.data ?? []).filter((camera) => camera.camera_id !== id && camera.zones.length > 0);
  const [from, setFrom] = useState<string>();
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  return (
    <Modal open title={t('zones.copyFrom')} onCancel={onClose} footer={null} width={620}>
      <div className="stack">
        <p className="muted">{t('zones.copyHint')}</p>
        {cameras.isError ? <Failure error={cameras.error} /> : null}
        {others.length === 0 ? (
          <Nothing title={t('zones.copyNone')} />
        ) : (
          <Select
            aria-label={t('cameras.camera')}
            placeholder={t('cameras.camera')}
            showSearch={{ optionFilterProp: 'label' }}
            value={from}
            options={others.map((camera) => ({ value: camera.camera_id, label: cameraName(camera, camera.camera_id, language) }))}
            onChange={(value: string) => {
              setFrom(value);
              setLeft(new Set());
            }}
          />
        )}
        {from === undefined ? null : <Choice key={from} from={from} size={size} left={left} onLeft={setLeft} act={act} onClose={onClose} />}
      </div>
    </Modal>
  );
}

interface ChoiceProps {
  from: string;
  size: readonly [number, number];
  /** Ids of the zones that are not taken over. */
  left: ReadonlySet<string>;
  onLeft: (left: ReadonlySet<string>) => void;
  act: (act: Act) => void;
  onClose: () => void;
}

function Choice({ from, size, left, onLeft, act, onClose }: ChoiceProps) {
  const { t } = useTranslation();
  const language = useLanguage();
  const read = useConfiguration(from);
  const zones = useMemo(() => read.data?.file.zones ?? [], [read.data]);
  const taken = useMemo(() => zones.filter((zone) => !left.has(zone.id)), [zones, left]);
  if (read.isError) return <Failure error={read.error} onRetry={() => void read.refetch()} />;
  if (!read.data) return <p className="muted">{t('saving.waiting')}</p>;
  const shape = zones.find((zone) => Math.abs(zone.resolution_wh[0] / zone.resolution_wh[1] - size[0] / size[1]) > 0.02);
  return (
    <>
      <ZonesBeside id={from} sides={[{ title: t('zones.copySource'), zones: taken }]} />
      {zones.map((zone) => (
        <Checkbox
          key={zone.id}
          checked={!left.has(zone.id)}
          onChange={(event) => {
            const next = new Set(left);
            if (event.target.checked) next.delete(zone.id);
            else next.add(zone.id);
            onLeft(next);
          }}
        >
          {zone.names?.[language] || zone.id}{' '}
          <span className="muted">{isPurpose(zone.purpose) ? t(`purpose.${zone.purpose}`) : zone.purpose}</span>
        </Checkbox>
      ))}
      {shape ? <Alert type="warning" showIcon title={t('zones.copyShape')} /> : null}
      <div className="row">
        <span className="grow" />
        <Button
          type="primary"
          disabled={taken.length === 0}
          onClick={() => {
            act({ kind: 'edit', change: (file) => pasteZones(file, taken, size) });
            onClose();
          }}
        >
          {t('zones.copyTake', { count: taken.length })}
        </Button>
      </div>
    </>
  );
}

import { PlayCircleOutlined, StopOutlined, UploadOutlined } from '@ant-design/icons';
import { Button, Checkbox, Select, Upload } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { isRunning, useCancelComparison, useClipMeans, useStartComparison, useUploadClip, type ClipComparison } from '../../api/comparisons';
import { useCameras } from '../../api/queries';
import { Refused } from '../../camera/Faults';
import { cameraName, Failure, Moment, Nothing } from '../../components/parts';
import { choices, type Choice } from '../../domain/clips';
import { useLanguage } from '../../i18n';

const MOST = 8;

interface Props {
  model: string;
  running: ClipComparison | undefined;
  onStarted: (comparisonId: string) => void;
}

/** Chooses recordings and starts a comparison on them. */
export function ClipDesk({ model, running, onStarted }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  const cameras = useCameras().data ?? [];
  const means = useClipMeans();
  const upload = useUploadClip();
  const start = useStartComparison();
  const cancel = useCancelComparison();
  const [rules, setRules] = useState<string>();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const offered = means.data ? choices(means.data, rules) : [];
  const wanted = offered.filter(({ key }) => chosen.has(key));
  const runs = isRunning(running);
  const name = (id: string) => cameraName(cameras.find((camera) => camera.camera_id === id), id, language);
  const toggle = (key: string) =>
    setChosen((before) => {
      const next = new Set(before);
      if (!next.delete(key)) next.add(key);
      return next;
    });
  const go = () => {
    const clips = wanted.map(({ camera_id, recording_id, minutes }) => ({ camera_id, recording_id, minutes }));
    start.mutate({ model, clips }, { onSuccess: (begun) => onStarted(begun.comparison_id) });
  };
  const recordings = means.data?.recordings ?? [];
  return (
    <div className="stack">
      <p className="muted">{t('clips.hint')}</p>
      {means.isError ? <Failure error={means.error} onRetry={() => void means.refetch()} /> : null}
      {means.data && offered.length === 0 && recordings.length === 0 ? <Nothing title={t('clips.nothing')} hint={t('clips.nothingHint')} /> : null}
      <ul className="lines" aria-label={t('clips.choose')}>
        {offered.map((choice) => (
          <li key={choice.key}>
            <Checkbox checked={chosen.has(choice.key)} disabled={!chosen.has(choice.key) && wanted.length >= MOST} onChange={() => toggle(choice.key)}>
              <Label choice={choice} name={name(choice.camera_id)} at={recordings.find(({ recording_id: id }) => id === choice.recording_id)?.at} />
            </Checkbox>
          </li>
        ))}
      </ul>
      <div className="row wrap">
        <Upload
          accept="video/*,.mkv,.ts"
          showUploadList={false}
          beforeUpload={(file) => {
            upload.mutate(file, { onSuccess: ({ recording_id: id }) => setChosen((before) => new Set([...before, `recording ${id}`])) });
            return false;
          }}
        >
          <Button icon={<UploadOutlined />} loading={upload.isPending}>
            {t('clips.upload')}
          </Button>
        </Upload>
        {recordings.length ? (
          <label className="row" htmlFor="clip-rules">
            {t('clips.rules')}
            <Select
              id="clip-rules"
              style={{ minWidth: 160 }}
              value={rules}
              placeholder={t('clips.rulesNone')}
              options={cameras.map(({ camera_id: value }) => ({ value, label: name(value) }))}
              onChange={setRules}
            />
          </label>
        ) : null}
      </div>
      {recordings.length && rules === undefined ? <p className="muted">{t('clips.rulesHint', { count: recordings.length })}</p> : null}
      <div className="row">
        <Button type="primary" icon={<PlayCircleOutlined />} loading={start.isPending} disabled={wanted.length === 0 || runs} onClick={go}>
          {t('clips.go')}
        </Button>
        {runs && running ? (
          <Button icon={<StopOutlined />} loading={cancel.isPending} onClick={() => cancel.mutate(running.comparison_id)}>
            {t('trial.stop')}
          </Button>
        ) : null}
      </div>
      {[upload, start, cancel].map((each, index) => (each.isError ? <Refused key={index} error={each.error} /> : null))}
    </div>
  );
}

function Label({ choice, name, at }: { choice: Choice; name: string; at?: string }) {
  const { t } = useTranslation();
  if (choice.kind === 'clip') {
    return (
      <>
        <span className="mono">{choice.camera_id}</span> <span className="muted">{t('clips.known')}</span>
      </>
    );
  }
  if (choice.kind === 'recent') {
    return (
      <>
        {name} <span className="muted">{t('clips.recent', { minutes: Math.round((choice.kept ?? 0) * 10) / 10 })}</span>
      </>
    );
  }
  return (
    <>
      {t('clips.recording')} {at ? <Moment at={at} /> : null} <span className="muted">{t('clips.withRules', { camera: name })}</span>
    </>
  );
}

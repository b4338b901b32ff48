import { ExperimentOutlined, StopOutlined, UploadOutlined } from '@ant-design/icons';
import { Alert, Button, Card, Progress, Radio, Upload } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { CameraItem } from '../api/client';
import { isOver, useCancelTrial, useStartTrial, useTrial, useTrialMeans, type Trial } from '../api/looks';
import { SaveBar } from '../camera/SaveBar';
import { Refused } from '../camera/Faults';
import type { Desk } from '../camera/useDraft';
import { Failure } from '../components/parts';
import { TrialEvents } from './TrialEvents';

type Over = 'hour' | 'recording';

const LAST_MINUTES = 60;

/** Runs rules that are not in force yet over what was recorded, and shows the events that would have been raised. */
export function TrialDesk({ desk, camera }: { desk: Desk; camera: CameraItem }) {
  const { t } = useTranslation();
  const [chosen, setOver] = useState<Over>();
  const [recording, setRecording] = useState<File>();
  const [which, setWhich] = useState<'draft' | 'saved'>('draft');
  const id = camera.camera_id;
  const means = useTrialMeans(id);
  const keepsNone = means.data?.recent_min === 0;
  const over = keepsNone ? 'recording' : (chosen ?? 'hour');
  const start = useStartTrial(id);
  const trial = useTrial(start.data?.trial_id);
  const cancel = useCancelTrial();
  const runs = start.data !== undefined && !isOver(trial.data) && !trial.isError;
  const draft = which === 'draft' && desk.changed;
  const go = () => {
    const file = draft ? desk.draft.file : undefined;
    start.mutate(over === 'hour' ? { file, minutes: LAST_MINUTES } : { file, recording });
  };
  const kept = means.data?.recent_s ?? 0;
  const possible = over === 'hour' ? kept > 0 : recording !== undefined;
  return (
    <div className="stack">
      <SaveBar desk={desk} />
      <div className="two-cards narrow-first">
        <Card size="small" title={t('trial.title')}>
          <div className="stack">
            <p className="muted">{t('trial.hint')}</p>
            <fieldset className="bare">
              <legend>{t('trial.over')}</legend>
              <Radio.Group
                value={over}
                onChange={(event) => setOver(event.target.value as Over)}
                options={[
                  { value: 'hour', label: t('trial.hour'), disabled: keepsNone },
                  { value: 'recording', label: t('trial.recording') },
                ]}
              />
              {means.data ? (
                <div className="muted">{t(keepsNone ? 'trial.keepsNone' : 'trial.keeps', { minutes: Math.round(kept / 6) / 10 })}</div>
              ) : null}
              {over === 'recording' ? (
                <Upload
                  accept="video/*,.mkv,.ts"
                  maxCount={1}
                  fileList={recording ? [{ uid: '1', name: recording.name }] : []}
                  beforeUpload={(file) => {
                    setRecording(file);
                    return false;
                  }}
                  onRemove={() => setRecording(undefined)}
                >
                  <Button icon={<UploadOutlined />}>{t('trial.choose')}</Button>
                </Upload>
              ) : null}
            </fieldset>
            <fieldset className="bare">
              <legend>{t('trial.rules')}</legend>
              <Radio.Group
                value={desk.changed ? which : 'saved'}
                disabled={!desk.changed}
                onChange={(event) => setWhich(event.target.value as 'draft' | 'saved')}
                options={[
                  { value: 'draft', label: t('trial.draft') },
                  { value: 'saved', label: t('trial.saved') },
                ]}
              />
              {desk.changed ? null : <div className="muted">{t('trial.nothingChanged')}</div>}
            </fieldset>
            <div className="row">
              <Button type="primary" icon={<ExperimentOutlined />} loading={start.isPending} disabled={runs || !possible} onClick={go}>
                {t('trial.go')}
              </Button>
              {runs ? (
                <Button icon={<StopOutlined />} loading={cancel.isPending} onClick={() => cancel.mutate(start.data.trial_id)}>
                  {t('trial.stop')}
                </Button>
              ) : null}
            </div>
            {means.isError ? <Failure error={means.error} /> : null}
            {start.isError ? <Refused error={start.error} /> : null}
            {cancel.isError ? <Failure error={cancel.error} /> : null}
          </div>
        </Card>
        <Outcome trial={trial.data} error={trial.error} upload={start.isPending && over === 'recording'} />
      </div>
    </div>
  );
}

function Outcome({ trial, error, upload }: { trial: Trial | undefined; error: unknown; upload: boolean }) {
  const { t } = useTranslation();
  if (error) return <Failure error={error} />;
  if (upload) return <Progress percent={0} status="active" showInfo={false} aria-label={t('trial.sending')} />;
  if (!trial) {
    return (
      <Card size="small">
        <p className="muted">{t('trial.before')}</p>
      </Card>
    );
  }
  const over = isOver(trial);
  return (
    <Card size="small" title={t(`trial.state.${trial.state}`)} aria-busy={!over}>
      <div className="stack">
        {over ? null : <Progress percent={Math.round(trial.progress * 100)} status="active" aria-label={t('trial.progress')} />}
        {trial.state === 'failed' ? <Alert type="error" showIcon title={trial.problem} /> : null}
        <TrialEvents trial={trial} />
      </div>
    </Card>
  );
}

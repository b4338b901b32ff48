import { CheckCircleFilled, CloseCircleFilled, ExclamationCircleFilled, MinusCircleOutlined } from '@ant-design/icons';
import { Button, Progress } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useProbe, type Probed } from '../api/configuration';
import { FaultList, Refused } from './Faults';
import type { SourcePart } from './file';

const PATIENCE_S = 30;

interface Props {
  source: SourcePart;
  /** Wanted seconds between looks, to judge the key frames by. */
  interval: number;
  onProbed?: (probed: Probed | undefined) => void;
}

/** Visits an address and says, step by step, what works and what is wrong. */
export function Probe({ source, interval, onProbed }: Props) {
  const { t } = useTranslation();
  const probe = useProbe();
  const [asked, setAsked] = useState('');
  const wish = JSON.stringify([source.url, source.credentials]);
  const go = () => {
    setAsked(wish);
    onProbed?.(undefined);
    probe.mutate({ source, interval }, { onSuccess: (probed) => onProbed?.(probed) });
  };
  return (
    <div className="stack probe">
      <div className="row">
        <Button type="primary" loading={probe.isPending} disabled={source.url.trim() === ''} onClick={go}>
          {t('probe.go')}
        </Button>
        {probe.isPending ? <Patience /> : null}
      </div>
      {probe.isError ? <Refused error={probe.error} /> : null}
      {probe.data && asked === wish ? <Found probed={probe.data} /> : null}
      {probe.data && asked !== wish ? <p className="muted">{t('probe.changed')}</p> : null}
    </div>
  );
}

/** A visit takes as long as the camera lets it wait. */
function Patience() {
  const { t } = useTranslation();
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setSeconds((before) => before + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <span className="row grow">
      <Progress size="small" showInfo={false} percent={Math.min(95, (seconds / PATIENCE_S) * 100)} style={{ width: 120 }} aria-label={t('probe.visiting')} />
      <span className="muted" role="status">
        {t('probe.visiting')}
      </span>
    </span>
  );
}

function Found({ probed }: { probed: Probed }) {
  const { t } = useTranslation();
  const size = probed.resolution_wh;
  return (
    <>
      <ol className="lines steps" aria-label={t('probe.steps')}>
        {probed.steps.map(({ step, outcome, fault }) => (
          <li key={step} className="row">
            <Mark outcome={outcome} />
            <div>
              <b>{t(`probe.step.${step}`)}</b>
              {fault ? <FaultList faults={[{ ...fault, where: '' }]} /> : null}
            </div>
          </li>
        ))}
      </ol>
      {size ? (
        <dl className="facts">
          <dt>{t('probe.size')}</dt>
          <dd>
            {size[0]} × {size[1]} {probed.codec ?? ''} {probed.fps ? t('probe.fps', { fps: Math.round(probed.fps * 10) / 10 }) : ''}
          </dd>
          {probed.key_interval_s ? (
            <>
              <dt>{t('probe.keyFrames')}</dt>
              <dd>{t('probe.keyEvery', { seconds: Math.round(probed.key_interval_s * 10) / 10 })}</dd>
            </>
          ) : null}
        </dl>
      ) : null}
      {probed.picture ? <img className="probe-picture" src={`data:image/jpeg;base64,${probed.picture}`} alt={t('probe.picture')} /> : null}
    </>
  );
}

const MARKS = {
  passed: [CheckCircleFilled, '#389e0d', 'probe.passed'],
  doubtful: [ExclamationCircleFilled, '#d48806', 'probe.doubtful'],
  failed: [CloseCircleFilled, '#cf1322', 'probe.failed'],
  left_out: [MinusCircleOutlined, '#8c8c8c', 'probe.notTried'],
} as const;

function Mark({ outcome }: { outcome: keyof typeof MARKS }) {
  const { t } = useTranslation();
  const [Sign, colour, text] = MARKS[outcome];
  return <Sign style={{ color: colour, marginTop: 4 }} aria-label={t(text)} />;
}

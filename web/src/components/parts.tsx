import { Alert, Button, Empty } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { ApiError, type CameraItem, type CaseState, type Resolution, type Verdict } from '../api/client';
import { useCameras } from '../api/queries';
import { CAMERA_COLOUR, STATE_COLOUR, VERDICT_COLOUR } from '../domain/cases';
import { told } from '../domain/reasons';
import { useLanguage } from '../i18n';
import { ago, dayAndTime } from '../domain/time';
import { isPurpose } from '../zones/colours';
import { useNames } from './names';

export function Dot({ colour }: { colour: string }) {
  return <span className="dot" style={{ background: colour }} aria-hidden />;
}

/** A word with a dot before it, where the colour is never the only sign. */
export function Mark({ colour, children }: { colour: string; children: ReactNode }) {
  return (
    <span className="state">
      <Dot colour={colour} />
      {children}
    </span>
  );
}

export function StateMark({ state, resolution }: { state: CaseState; resolution?: Resolution | null }) {
  const { t } = useNames();
  return (
    <span className="state">
      <Dot colour={STATE_COLOUR[state]} />
      <span>
        {t(`state.${state}`)}
        {resolution && state === 'closed' ? <span className="muted"> · {t(`resolution.${resolution}`)}</span> : null}
      </span>
    </span>
  );
}

export function VerdictMark({ verdict }: { verdict: Verdict | null | undefined }) {
  const { t } = useTranslation();
  return (
    <span className="state">
      <Dot colour={verdict ? VERDICT_COLOUR[verdict] : '#8c8c8c'} />
      <b>{t(`verdict.${verdict ?? 'waiting'}`)}</b>
    </span>
  );
}

export function CameraMark({ camera }: { camera: Pick<CameraItem, 'state' | 'fault' | 'detail'> }) {
  const { t, language } = useNames();
  const state = camera.state ?? 'silent';
  return (
    <span className="state" title={told(camera.detail, language) || undefined}>
      <Dot colour={CAMERA_COLOUR[state]} />
      <span>
        {t(`cameraState.${state}`)}
        {camera.fault ? <span className="muted"> · {t(`fault.${camera.fault}`)}</span> : null}
      </span>
    </span>
  );
}

export function MatterName({ code }: { code: string }) {
  return <>{useNames().matter(code)}</>;
}

export function DepartmentName({ id }: { id: string }) {
  return <>{useNames().department(id)}</>;
}

export function cameraName(camera: CameraItem | undefined, id: string, language: 'zh' | 'en'): string {
  return (language === 'zh' ? camera?.name_zh : camera?.name_en) || id;
}

/** A zone as operators call it; where it has no name, what it is for, with its id. */
export function ZoneName({ camera, id }: { camera: string; id: string }) {
  const { t, language } = useNames();
  const zone = useCameras().data?.find((each) => each.camera_id === camera)?.zones.find((each) => each.id === id);
  if (zone?.names) return <span title={id}>{zone.names[language]}</span>;
  if (zone === undefined) return <span className="mono">{id}</span>;
  return (
    <>
      {isPurpose(zone.purpose) ? t(`purpose.${zone.purpose}`) : zone.purpose} <span className="mono muted">{id}</span>
    </>
  );
}

/** A moment in the city's time, with how long ago it is on demand. */
export function Moment({ at, relative = false }: { at: string; relative?: boolean }) {
  const { clock } = useNames();
  const exact = dayAndTime(at, clock);
  const distance = ago(at, clock);
  // The title of the browser: a tooltip of the library costs as much as the rest of a row.
  return (
    <time dateTime={at} className="nowrap" title={relative ? exact : distance}>
      {relative ? distance : exact}
    </time>
  );
}

/** Nothing to show, and what will make something appear. */
export function Nothing({ title, hint, children }: { title: string; hint?: string; children?: ReactNode }) {
  return (
    <Empty
      image={Empty.PRESENTED_IMAGE_SIMPLE}
      styles={{ description: { maxWidth: 440, margin: '0 auto' } }}
      description={
        <>
          <div style={{ fontWeight: 600, marginBottom: 4 }}>{title}</div>
          {hint ? <div className="muted">{hint}</div> : null}
        </>
      }
    >
      {children}
    </Empty>
  );
}

/** Why something could not be shown, and what to do. */
export function Failure({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation();
  const { title, hint } = useFailureText(error);
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      title={title}
      description={hint}
      action={onRetry ? <Button onClick={onRetry}>{t('error.again')}</Button> : undefined}
    />
  );
}

export function useFailureText(error: unknown): { title: string; hint: string } {
  const { t } = useTranslation();
  const language = useLanguage();
  if (!(error instanceof ApiError)) return { title: t('error.unknown'), hint: error instanceof Error ? error.message : '' };
  if (error.status === 0) return { title: t('error.unreachable'), hint: t('error.unreachableHint') };
  const { title, what, remedy } = error.told(language);
  return { title: what || title || t('error.unknown'), hint: remedy };
}

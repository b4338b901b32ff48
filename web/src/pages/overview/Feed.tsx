import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

import { useCameras } from '../../api/queries';
import { useClock } from '../../components/clock';
import { cameraName, Dot, MatterName, Nothing } from '../../components/parts';
import { CAMERA_COLOUR, STATE_COLOUR } from '../../domain/cases';
import { timeOfDay } from '../../domain/time';
import { useLanguage } from '../../i18n';
import { useLive } from '../../live/context';
import type { LiveMessage } from '../../live/messages';

/** What happens, newest first, as it happens. */
export function Feed() {
  const { t } = useTranslation();
  const { messages, first } = useLive();
  const told = messages.filter(worthTelling);
  return (
    <section className="panel" style={{ flex: '3 1 0' }} aria-label={t('live.feed')}>
      <header>
        <h2 className="part">{t('live.feed')}</h2>
      </header>
      <div className="scroll" tabIndex={0} role="region" aria-label={t('live.feed')}>
        {told.length === 0 ? (
          <Nothing title={t('live.empty')} />
        ) : (
          <ul className="feed" aria-live="polite" aria-relevant="additions">
            {told.map((message) => (
              <li key={message.id} className={message.id > first ? 'fresh' : undefined}>
                <Entry message={message} />
              </li>
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}

/** A case's passage through states that the program itself leaves at once would only repeat the line after it. */
function worthTelling(message: LiveMessage): boolean {
  if (message.kind !== 'case') return true;
  const { state, state_from: from } = message.data;
  return state !== from && state !== 'filed' && state !== 'verifying' && state !== 'reported';
}

function Entry({ message }: { message: LiveMessage }) {
  const { t } = useTranslation();
  const clock = useClock();
  const language = useLanguage();
  const cameras = useCameras().data;
  const place = (id: string | undefined) =>
    id === undefined ? '' : cameraName(cameras?.find((camera) => camera.camera_id === id), id, language);
  const time = <time dateTime={message.time}>{timeOfDay(message.time, clock)}</time>;
  if (message.kind === 'camera') {
    const { camera_id: id, state, fault } = message.data;
    return (
      <Link to={`/cameras/${encodeURIComponent(id)}`}>
        {time}
        <Dot colour={CAMERA_COLOUR[state]} />
        <span>
          {place(id)} · {t(`cameraState.${state}`)}
          {fault ? <small>{t(`fault.${fault}`)}</small> : null}
        </span>
      </Link>
    );
  }
  const { case_id: caseId, matter } = message.data;
  const isCase = message.kind === 'case';
  const where = isCase ? message.data.camera_ids.map(place).join(', ') : place(message.data.camera_id);
  return (
    <Link to={`/cases/${encodeURIComponent(caseId)}`}>
      {time}
      <Dot colour={STATE_COLOUR[isCase ? message.data.state : 'verifying']} />
      <span>
        <MatterName code={matter} /> · {isCase ? t(`state.${message.data.state}`) : t('action.ask_camera')}
        {isCase && message.data.resolution ? ` · ${t(`resolution.${message.data.resolution}`)}` : ''}
        <small className="clip">{where}</small>
      </span>
    </Link>
  );
}

import { memo, useDeferredValue } from 'react';
import { Link } from 'react-router';

import { useNames } from '../../components/names';
import { Dot, MatterName, Nothing } from '../../components/parts';
import { CAMERA_COLOUR, STATE_COLOUR } from '../../domain/cases';
import { timeOfDay } from '../../domain/time';
import { useTold } from '../../live/context';
import type { LiveMessage } from '../../live/messages';

/** What happens, newest first, as it happens. */
export function Feed() {
  const { t } = useNames();
  const { messages, first } = useTold();
  const told = useDeferredValue(messages).filter(worthTelling);
  return (
    <section className="panel" style={{ flex: '3 1 0' }} aria-labelledby="feed">
      <header>
        <h2 className="part" id="feed">
          {t('live.feed')}
        </h2>
      </header>
      <div className="scroll" tabIndex={0} role="group" aria-labelledby="feed">
        {told.length === 0 ? (
          <Nothing title={t('live.empty')} />
        ) : (
          <ul className="feed" aria-live="polite" aria-relevant="additions">
            {told.map((message) => (
              <Entry key={message.id} message={message} fresh={message.id > first} />
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

const Entry = memo(function Entry({ message, fresh }: { message: LiveMessage; fresh: boolean }) {
  return (
    <li className={fresh ? 'fresh' : undefined}>
      <Line message={message} />
    </li>
  );
});

function Line({ message }: { message: LiveMessage }) {
  const { t, clock, camera } = useNames();
  const time = <time dateTime={message.time}>{timeOfDay(message.time, clock)}</time>;
  if (message.kind === 'camera') {
    const { camera_id: id, state, fault } = message.data;
    return (
      <Link to={`/cameras/${encodeURIComponent(id)}`}>
        {time}
        <Dot colour={CAMERA_COLOUR[state]} />
        <span>
          {camera(id)} · {t(`cameraState.${state}`)}
          {fault ? <small>{t(`fault.${fault}`)}</small> : null}
        </span>
      </Link>
    );
  }
  const { case_id: caseId, matter } = message.data;
  const isCase = message.kind === 'case';
  const where = isCase ? message.data.camera_ids.map(camera).join(', ') : camera(message.data.camera_id);
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

import { useTranslation } from 'react-i18next';

import type { Trial } from '../api/looks';
import { MatterName, Moment, Nothing, ZoneName } from '../components/parts';
import { Picture } from '../components/Picture';
import { isOver } from '../api/looks';
import { useLanguage } from '../i18n';
import { thingName } from '../i18n/things';

/** The events that would have been raised, each with its picture. */
export function TrialEvents({ trial }: { trial: Trial }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const events = trial.events;
  return (
    <>
      <p role="status">
        {t(isOver(trial) ? 'trial.found' : 'trial.foundSoFar', { count: events.length })}{' '}
        {trial.looks === null ? null : <span className="muted">{t('trial.looks', { count: trial.looks })}</span>}
      </p>
      {events.length === 0 && isOver(trial) && trial.state === 'done' ? <Nothing title={t('trial.none')} hint={t('trial.noneHint')} /> : null}
      <div className="wall-of-cameras">
        {events.map((event) => (
          <figure key={event.event_id} className="camera-card">
            <Picture src={event.pictures[0]?.address ?? ''} alt={t('trial.picture')} missing={t('cameras.noPicture')} />
            <figcaption className="card-text">
              <b>
                <MatterName code={event.matter} />
              </b>
              <div className="muted">
                <ZoneName camera={trial.camera_id} id={event.zone} /> · {event.class_name ? thingName(event.class_name, language) : t('trial.unnamed')} · {Math.round(event.confidence * 100)}%
              </div>
              <div className="muted">
                {t('trial.after', { seconds: Math.round(event.confirmed_s - event.first_seen_s) })} · <Moment at={event.confirmed_at} />
              </div>
            </figcaption>
          </figure>
        ))}
      </div>
    </>
  );
}

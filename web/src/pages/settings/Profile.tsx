import { App, Button, Card } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

import { useMay } from '../../api/access';
import type { ProfileState } from '../../api/client';
import { readProfile, useProfile, useSwitchProfile } from '../../api/desk';
import { Failure, Nothing } from '../../components/parts';
import { ReasonDialog } from '../../components/ReasonDialog';
import { Waiting } from '../../components/Waiting';
import { percent } from '../../domain/figures';
import { useLanguage } from '../../i18n';
import { Outdated } from '../../seen/Outdated';
import { useSeenWrite } from '../../seen/useSeenWrite';

/** Peace and emergency: by which profile the desk works. */
export function Profile() {
  const { t } = useTranslation();
  const language = useLanguage();
  const may = useMay();
  const profile = useProfile();
  const [asked, setAsked] = useState<string>();
  if (profile.isPending) return <Waiting />;
  if (profile.isError) return <Failure error={profile.error} onRetry={() => void profile.refetch()} />;
  const { in_force: inForce, profiles } = profile.data;
  return (
    <>
      <span className="muted">{t('settings.profile.hint')}</span>
      {profiles.length === 0 ? (
        <Nothing title={t('settings.profile.none')} hint={t('settings.profile.noneHint')}>
          {may('GET /api/v1/configuration') ? <Link to="/settings/documents?document=profiles">{t('settings.profile.toDocument')}</Link> : null}
        </Nothing>
      ) : null}
      <div className="cards">
        {profiles.map((each) => (
          <Card
            key={each.id}
            size="small"
            title={each.names[language]}
            extra={each.id === inForce ? <b>{t('settings.profile.inForce')}</b> : null}
            className={each.id === inForce ? 'chosen' : undefined}
          >
            <dl className="facts">
              <dt>{t('settings.profile.limit')}</dt>
              <dd>{each.limit_factor === 1 ? t('settings.profile.asMatters') : t('settings.profile.limitTimes', { factor: each.limit_factor })}</dd>
              <dt>{t('settings.profile.confidence')}</dt>
              <dd>{each.min_confidence === null ? t('settings.profile.asMatters') : percent(each.min_confidence, 0)}</dd>
              <dt>{t('settings.profile.review')}</dt>
              <dd>{each.review_below === null ? t('settings.profile.asMatters') : percent(each.review_below, 0)}</dd>
              <dt>{t('settings.profile.grace')}</dt>
              <dd>{t(each.grace ? 'settings.profile.graceOn' : 'settings.profile.graceOff')}</dd>
            </dl>
            {each.id !== inForce && may('PUT /api/v1/profile') ? (
              <Button style={{ marginTop: 12 }} onClick={() => setAsked(each.id)}>
                {t('settings.profile.switchTo')}
              </Button>
            ) : null}
          </Card>
        ))}
      </div>
      {asked === undefined ? null : (
        <SwitchDialog profile={asked} state={profile.data} onClose={() => setAsked(undefined)} />
      )}
    </>
  );
}

/** The desk works by another profile from now on. */
export function SwitchDialog({ profile, state, onClose }: { profile: string; state: ProfileState; onClose: () => void }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const language = useLanguage();
  const change = useSwitchProfile();
  const { seen, clash, isPending, error, send } = useSeenWrite({
    opened: state,
    read: readProfile,
    write: (before, reason: string) => change.mutateAsync({ seen: before, profile, reason }),
  });
  const name = (id: string | null) => seen.profiles.find((each) => each.id === id)?.names[language] ?? id ?? '';
  return (
    <ReasonDialog
      title={t('settings.profile.switchTo')}
      hint={name(profile)}
      label={t('settings.reason')}
      pending={isPending}
      error={error}
      clash={clash ? <Outdated newest={clash.newest}>{t('seen.inForce', { name: name(clash.now.in_force) })}</Outdated> : null}
      onClose={onClose}
      onSend={(reason) =>
        send(reason, () => {
          void message.success(t('settings.profile.switched', { name: name(profile) }));
          onClose();
        })
      }
    />
  );
}

import { App, Button, Card } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

import { useMay } from '../../api/access';
import { useProfile, useSwitchProfile } from '../../api/desk';
import { Failure, Nothing } from '../../components/parts';
import { ReasonDialog } from '../../components/ReasonDialog';
import { Waiting } from '../../components/Waiting';
import { percent } from '../../domain/figures';
import { useLanguage } from '../../i18n';

/** Peace and emergency: by which profile the desk works. */
export function Profile() {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const language = useLanguage();
  const may = useMay();
  const profile = useProfile();
  const change = useSwitchProfile();
  const [asked, setAsked] = useState<string>();
  if (profile.isPending) return <Waiting />;
  if (profile.isError) return <Failure error={profile.error} onRetry={() => void profile.refetch()} />;
  const { in_force: inForce, profiles } = profile.data;
  const name = (id: string) => profiles.find((each) => each.id === id)?.names[language] ?? id;
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
        <ReasonDialog
          title={t('settings.profile.switchTo')}
          hint={name(asked)}
          label={t('settings.reason')}
          pending={change.isPending}
          error={change.error}
          onClose={() => setAsked(undefined)}
          onSend={(reason) =>
            change.mutate(
              { profile: asked, reason },
              {
                onSuccess: () => {
                  void message.success(t('settings.profile.switched', { name: name(asked) }));
                  setAsked(undefined);
                },
              },
            )
          }
        />
      )}
    </>
  );
}

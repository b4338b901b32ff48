import { App, Card } from 'antd';
import { useTranslation } from 'react-i18next';

import { usePerson } from '../../api/account';
import { Nothing } from '../../components/parts';
import { NewPasswordForm } from '../../layout/SignInForms';
import { LimitsText } from './LimitsText';

/** Who has signed in, what they may see, and their password. */
export function Own() {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const person = usePerson();
  if (person === undefined) return <Nothing title={t('access.own.signIn')} />;
  return (
    <div className="stack" style={{ maxWidth: 520 }}>
      <Card size="small">
        <dl className="facts">
          <dt>{t('access.own.who')}</dt>
          <dd>
            {person.display_name} <span className="mono muted">{person.name}</span>
          </dd>
          <dt>{t('access.own.roles')}</dt>
          <dd>{person.roles.map((role) => t(`role.${role}`)).join(', ')}</dd>
          <dt>{t('access.own.limits')}</dt>
          <dd>
            <LimitsText scope={person.scope} otherwise={t('access.own.everywhere')} />
          </dd>
        </dl>
      </Card>
      <Card size="small" title={t('access.own.password')}>
        <NewPasswordForm onDone={() => void message.success(t('access.own.changed'))} />
      </Card>
    </div>
  );
}

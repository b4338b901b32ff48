import { Menu, type MenuProps } from 'antd';
import { useTranslation } from 'react-i18next';
import { Navigate, useNavigate, useParams } from 'react-router';

import { useMay, type Route } from '../api/access';
import { usePerson } from '../api/account';
import { Nothing } from '../components/parts';
import { Audit } from './settings/Audit';
import { Documents } from './settings/Documents';
import { Keys } from './settings/Keys';
import { Matters } from './settings/Matters';
import { Own } from './settings/Own';
import { Profile } from './settings/Profile';
import { Roles } from './settings/Roles';
import { Users } from './settings/Users';
import { Webhooks } from './settings/Webhooks';

/** A part of the settings, and the route that one must be allowed to call to see it. */
const PARTS = [
  { id: 'matters', group: 'city', page: <Matters />, needs: 'GET /api/v1/matters' },
  { id: 'documents', group: 'city', page: <Documents />, needs: 'GET /api/v1/configuration' },
  { id: 'profile', group: 'desk', page: <Profile />, needs: 'GET /api/v1/profile' },
  { id: 'users', group: 'access', page: <Users />, needs: 'GET /api/v1/users' },
  { id: 'roles', group: 'access', page: <Roles />, needs: 'GET /api/v1/roles' },
  { id: 'keys', group: 'access', page: <Keys />, needs: 'GET /api/v1/keys' },
  { id: 'webhooks', group: 'access', page: <Webhooks />, needs: 'GET /api/v1/webhooks' },
  { id: 'audit', group: 'access', page: <Audit />, needs: 'GET /api/v1/audit' },
  { id: 'own', group: 'me', page: <Own />, needs: 'GET /api/v1/me' },
] as const satisfies readonly { id: string; group: string; page: React.ReactNode; needs: Route }[];
const GROUPS = ['city', 'desk', 'access', 'me'] as const;
type PartId = (typeof PARTS)[number]['id'];

/** What can be set, as far as the role goes. */
export function Settings() {
  const { t } = useTranslation();
  const { id } = useParams();
  const navigate = useNavigate();
  const may = useMay();
  const person = usePerson();
  const titles: Record<PartId, string> = {
    matters: t('settings.matters.title'),
    documents: t('settings.documents.title'),
    profile: t('settings.profile.title'),
    users: t('access.users.title'),
    roles: t('access.roles.title'),
    keys: t('access.keys.title'),
    webhooks: t('access.hooks.title'),
    audit: t('access.audit.title'),
    own: t('access.own.title'),
  };
  const shown = PARTS.filter(({ needs }) => may(needs));
  const chosen = PARTS.find((part) => part.id === id);
  if (id === undefined) return <Navigate to={`/settings/${shown[0]?.id ?? 'own'}`} replace />;
  const items: MenuProps['items'] = GROUPS.flatMap((group) => {
    const children = shown.filter((part) => part.group === group).map((part) => ({ key: part.id, label: titles[part.id] }));
    return children.length ? [{ type: 'group' as const, key: group, label: t(`settings.group.${group}`), children }] : [];
  });
  const allowed = chosen !== undefined && may(chosen.needs);
  return (
    <div className="settings">
      <nav aria-label={t('settings.parts')} className="settings-menu">
        <h1 className="page" style={{ padding: '0 16px' }}>
          {t('settings.title')}
        </h1>
        <Menu mode="inline" selectedKeys={[id]} items={items} onClick={({ key }) => void navigate(`/settings/${key}`)} />
      </nav>
      <div className="page-body stack">
        {chosen === undefined ? <Nothing title={t('error.notFound')} hint={t('error.notFoundHint')} /> : null}
        {chosen ? <h2 className="page">{titles[chosen.id]}</h2> : null}
        {chosen && !allowed ? <Nothing title={person ? t('settings.readOnly') : t('settings.needsSignIn')} /> : null}
        {chosen && allowed ? chosen.page : null}
      </div>
    </div>
  );
}

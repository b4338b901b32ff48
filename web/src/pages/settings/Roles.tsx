import { Collapse } from 'antd';
import { useTranslation } from 'react-i18next';

import { useRoles } from '../../api/access';
import { Failure } from '../../components/parts';
import { Waiting } from '../../components/Waiting';

/** The roles, and what each may do: as the server has it. */
export function Roles() {
  const { t } = useTranslation();
  const roles = useRoles();
  if (roles.isPending) return <Waiting />;
  if (roles.isError) return <Failure error={roles.error} onRetry={() => void roles.refetch()} />;
  const api = roles.data.map(({ role, routes }) => ({ role, routes: routes.filter((route) => route.includes('/api/')) }));
  const all = new Set(api.flatMap(({ routes }) => routes)).size;
  return (
    <>
      <span className="muted">{t('access.roles.hint')}</span>
      <Collapse
        items={api.map(({ role, routes }) => ({
          key: role,
          label: (
            <>
              <b>{t(`role.${role}`)}</b> <span className="muted">{t(`access.roles.what.${role}`)}</span>
            </>
          ),
          extra: <span className="muted">{t('access.roles.may', { number: routes.length, all })}</span>,
          children: (
            <div className="row" style={{ alignItems: 'start', gap: 32 }}>
              <RouteList title={t('access.roles.write')} routes={routes.filter((route) => !route.startsWith('GET '))} />
              <RouteList title={t('access.roles.read')} routes={routes.filter((route) => route.startsWith('GET '))} />
            </div>
          ),
        }))}
      />
    </>
  );
}

function RouteList({ title, routes }: { title: string; routes: string[] }) {
  return (
    <div>
      <h3 className="part">{title}</h3>
      <ul className="plain mono">
        {routes.map((route) => (
          <li key={route}>{route.replace('/api/v1', '')}</li>
        ))}
      </ul>
    </div>
  );
}

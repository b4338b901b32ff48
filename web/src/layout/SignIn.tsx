import { LogoutOutlined, UserOutlined } from '@ant-design/icons';
import { Button, Dropdown } from 'antd';
import { lazy, Suspense, useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useMe, usePerson, useSignOut, useTicket } from '../api/account';
import { Failure } from '../components/parts';
import { Waiting } from '../components/Waiting';

const SignInModal = lazy(async () => ({ default: (await import('./SignInForms')).SignInModal }));
const SignInForm = lazy(async () => ({ default: (await import('./SignInForms')).SignInForm }));
const NewPasswordForm = lazy(async () => ({ default: (await import('./SignInForms')).NewPasswordForm }));

/** Who has signed in, with the way out; or the way in. */
export function PersonButton() {
  const { t } = useTranslation();
  const person = usePerson();
  const signOut = useSignOut();
  const [open, setOpen] = useState(false);
  if (person === undefined) {
    return (
      <>
        <Button icon={<UserOutlined />} onClick={() => setOpen(true)}>
          {t('account.signIn')}
        </Button>
        <SignInDialog open={open} onClose={() => setOpen(false)} />
      </>
    );
  }
  const roles = person.roles.map((role) => t(`role.${role}`)).join(', ');
  const items = [{ key: 'out', icon: <LogoutOutlined />, label: t('account.signOut'), onClick: () => signOut.mutate() }];
  return (
    <Dropdown menu={{ items }} trigger={['click']}>
      <Button type="text" icon={<UserOutlined />}>
        {person.display_name || person.name} · {roles}
      </Button>
    </Dropdown>
  );
}

/** The dialog of the sign-in, fetched when it is first opened. */
export function SignInDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const [wanted, setWanted] = useState(open);
  if (open && !wanted) setWanted(true);
  if (!wanted) return null;
  return (
    <Suspense fallback={null}>
      <SignInModal open={open} onClose={onClose} />
    </Suspense>
  );
}

/** Stands before the pages where the node lets nobody read without signing in, or wants a new password first. */
export function Door({ children }: { children: React.ReactNode }) {
  const { t } = useTranslation();
  const me = useMe();
  const ticket = useTicket();
  const closed = me.error?.status === 401;
  // An answer is drawn at one go, with all that waits for it, unless that is put off: then it is drawn bit by bit.
  const known = useDeferredValue(!me.isPending || me.failureCount > 0);
  // Nothing is asked for before it is known who asks: it would be refused.
  if (!known) return <Waiting />;
  if (!closed && !me.data?.must_change_password) return children;
  return (
    <main style={{ display: 'grid', placeItems: 'center', height: '100%' }}>
      <Suspense fallback={<Waiting />}>
        <section className="panel" style={{ width: 380 }} aria-labelledby="door">
          <header>
            <h1 className="part" id="door">
              {t('product')} · {closed ? t('account.signIn') : t('account.change')}
            </h1>
          </header>
          <div style={{ padding: 24 }}>
            {ticket.isError ? <Failure error={ticket.error} /> : null}
            {closed ? <SignInForm /> : <NewPasswordForm isFirst />}
          </div>
        </section>
      </Suspense>
    </main>
  );
}

import { LogoutOutlined, UserOutlined } from '@ant-design/icons';
import { Alert, Button, Card, Divider, Dropdown, Form, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useMe, useNewPassword, useOtherSignIn, usePerson, useSignIn, useSignOut, useTicket } from '../api/account';
import { Failure } from '../components/parts';
import { Waiting } from '../components/Waiting';
import { useLanguage } from '../i18n';

const SHORTEST_PASSWORD = 10;

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

export function SignInDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal open={open} title={t('account.signIn')} footer={null} onCancel={onClose} width={360} destroyOnHidden>
      <SignInForm onDone={onClose} />
    </Modal>
  );
}

function SignInForm({ onDone }: { onDone?: () => void }) {
  const { t } = useTranslation();
  const signIn = useSignIn();
  const needed = [{ required: true, message: t('case.needed') }];
  return (
    <Form<{ name: string; password: string }>
      layout="vertical"
      requiredMark={false}
      onFinish={(values) => signIn.mutate(values, { onSuccess: onDone })}
    >
      <p className="muted">{t('account.hint')}</p>
      <Form.Item name="name" label={t('account.name')} rules={needed}>
        <Input autoComplete="username" maxLength={200} />
      </Form.Item>
      <Form.Item name="password" label={t('account.password')} rules={needed}>
        <Input.Password autoComplete="current-password" maxLength={256} />
      </Form.Item>
      {signIn.isError ? <Failure error={signIn.error} /> : null}
      <Button type="primary" htmlType="submit" block loading={signIn.isPending} style={{ marginTop: 12 }}>
        {t('account.signIn')}
      </Button>
      <CityAccount />
    </Form>
  );
}

const REASONS = ['cancelled', 'over', 'provider'] as const;

/** The way in with the city's own accounts, where the node has one, and why it has led back without a sign-in. */
function CityAccount() {
  const { t } = useTranslation();
  const language = useLanguage();
  const names = useOtherSignIn().data?.names;
  const said = new URLSearchParams(location.hash.slice(1)).get('refused');
  const why = REASONS.find((reason) => reason === said);
  if (!names) return null;
  return (
    <>
      <Divider plain />
      {why === undefined ? null : <Alert type="warning" showIcon title={t(`account.refused.${why}`)} style={{ marginBottom: 12 }} />}
      <Button href="/api/v1/session/oidc/start" block>
        {names[language]}
      </Button>
    </>
  );
}

interface Passwords {
  old_password: string;
  new_password: string;
  again: string;
}

/** Asks for the present password and a new one. `isFirst`: the present one is a one-time password. */
export function NewPasswordForm({ isFirst = false, onDone }: { isFirst?: boolean; onDone?: () => void }) {
  const { t } = useTranslation();
  const change = useNewPassword();
  const [form] = Form.useForm<Passwords>();
  return (
    <Form<Passwords>
      layout="vertical"
      requiredMark={false}
      form={form}
      onFinish={({ old_password, new_password }) =>
        change.mutate(
          { old_password, new_password },
          {
            onSuccess: () => {
              form.resetFields();
              onDone?.();
            },
          },
        )
      }
    >
      {isFirst ? <p className="muted">{t('account.changeHint', { length: SHORTEST_PASSWORD })}</p> : null}
      <Form.Item name="old_password" label={t('account.oldPassword')} rules={[{ required: true, message: t('case.needed') }]}>
        <Input.Password autoComplete="current-password" />
      </Form.Item>
      <Form.Item
        name="new_password"
        label={t('account.newPassword')}
        rules={[{ required: true, min: SHORTEST_PASSWORD, message: t('account.tooShort', { length: SHORTEST_PASSWORD }) }]}
      >
        <Input.Password autoComplete="new-password" />
      </Form.Item>
      <Form.Item
        name="again"
        label={t('account.again')}
        dependencies={['new_password']}
        rules={[
          ({ getFieldValue }) => ({
            validator: (_, value) =>
              value === getFieldValue('new_password') ? Promise.resolve() : Promise.reject(new Error(t('account.differs'))),
          }),
        ]}
      >
        <Input.Password autoComplete="new-password" />
      </Form.Item>
      {change.isError ? <Failure error={change.error} /> : null}
      <Button type="primary" htmlType="submit" block loading={change.isPending} style={{ marginTop: 12 }}>
        {t('account.change')}
      </Button>
    </Form>
  );
}

/** Stands before the pages where the node lets nobody read without signing in, or wants a new password first. */
export function Door({ children }: { children: React.ReactNode }) {
  const { t } = useTranslation();
  const me = useMe();
  const ticket = useTicket();
  const closed = me.error?.status === 401;
  // Nothing is asked for before it is known who asks: it would be refused.
  if (me.isPending && me.failureCount === 0) return <Waiting />;
  if (!closed && !me.data?.must_change_password) return children;
  return (
    <main style={{ display: 'grid', placeItems: 'center', height: '100%' }}>
      <Card title={`${t('product')} · ${closed ? t('account.signIn') : t('account.change')}`} style={{ width: 380 }}>
        {ticket.isError ? <Failure error={ticket.error} /> : null}
        {closed ? <SignInForm /> : <NewPasswordForm isFirst />}
      </Card>
    </main>
  );
}

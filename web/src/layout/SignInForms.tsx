import { Alert, Button, Divider, Form, Input, Modal } from 'antd';
import { useTranslation } from 'react-i18next';

import { useNewPassword, useOtherSignIn, useSignIn } from '../api/account';
import { Failure } from '../components/parts';
import { useLanguage } from '../i18n';

const SHORTEST_PASSWORD = 10;

/** Asks who somebody is, over a page. */
export function SignInModal({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal open={open} title={t('account.signIn')} footer={null} onCancel={onClose} width={360} destroyOnHidden>
      <SignInForm onDone={onClose} />
    </Modal>
  );
}

/** Asks for a name and a password, or leads to the city's own accounts. */
export function SignInForm({ onDone }: { onDone?: () => void }) {
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

import { Form, Input, Modal, Select } from 'antd';
import { useTranslation } from 'react-i18next';

import { readUser, useAddUser, useChangeUser } from '../../api/accounts';
import type { AccountRole, UserItem } from '../../api/client';
import { useCity } from '../../api/queries';
import { Failure } from '../../components/parts';
import { useLanguage } from '../../i18n';
import { Outdated } from '../../seen/Outdated';
import { useSeenWrite } from '../../seen/useSeenWrite';

export const ROLES: readonly AccountRole[] = ['administrator', 'operations', 'dispatcher', 'handler', 'model_engineer', 'viewer', 'machine'];

interface Wish {
  name: string;
  display_name?: string;
  roles: AccountRole[];
  departments?: string[];
  grid?: string[];
}

type Told = (name: string, password: string | null | undefined) => void;

/** Adds an account. */
export function AddUser({ onSecret, onClose }: { onSecret: Told; onClose: () => void }) {
  const add = useAddUser();
  const { t } = useTranslation();
  const send = ({ name, display_name: shown = '', roles, departments = [], grid = [] }: Wish) =>
    add.mutate(
      { name, display_name: shown, roles, departments, grid },
      {
        onSuccess: (made) => {
          onClose();
          onSecret(made.name, made.one_time_password);
        },
      },
    );
  const title = t('access.users.add');
  return (
    <UserForm title={title} ok={title} isPending={add.isPending} onSend={send} onClose={onClose}>
      {add.isError ? <Failure error={add.error} /> : null}
    </UserForm>
  );
}

/** Changes an account that others may change too. */
export function ChangeUser({ user, onClose }: { user: UserItem; onClose: () => void }) {
  const { t } = useTranslation();
  const change = useChangeUser();
  const { clash, isPending, error, send } = useSeenWrite({
    opened: user,
    read: () => readUser(user.name),
    write: ({ name, version }, { display_name: shown = '', roles, departments = [], grid = [] }: Wish) =>
      change.mutateAsync({ name, version, change: { display_name: shown, roles, departments, grid } }),
  });
  const title = t('access.users.change');
  return (
    <UserForm user={user} title={`${title}: ${user.name}`} ok={clash ? t('seen.again') : title} isPending={isPending} onSend={(wish) => send(wish, onClose)} onClose={onClose}>
      {clash ? <NewestUser user={clash.now} newest={clash.newest} /> : null}
      {error ? <Failure error={error} /> : null}
    </UserForm>
  );
}

function NewestUser({ user, newest }: { user: UserItem; newest: React.ComponentProps<typeof Outdated>['newest'] }) {
  const { t } = useTranslation();
  const limits = [...user.scope.departments, ...user.scope.grid].join(', ');
  return (
    <Outdated newest={newest}>
      <div>{t('seen.account', { name: user.display_name || user.name, roles: user.roles.map((role) => t(`role.${role}`)).join(', ') })}</div>
      {limits ? <div>{limits}</div> : null}
      {user.disabled_at ? <div>{t('access.users.shut')}</div> : null}
    </Outdated>
  );
}

interface FormProps {
  user?: UserItem;
  title: string;
  ok: string;
  isPending: boolean;
  onSend: (wish: Wish) => void;
  onClose: () => void;
  children: React.ReactNode;
}

function UserForm({ user, title, ok, isPending, onSend, onClose, children }: FormProps) {
  const { t } = useTranslation();
  const language = useLanguage();
  const city = useCity().data;
  const [form] = Form.useForm<Wish>();
  return (
    <Modal open title={title} okText={ok} cancelText={t('case.cancel')} confirmLoading={isPending} onOk={() => form.submit()} onCancel={onClose}>
      <Form<Wish>
        form={form}
        layout="vertical"
        onFinish={onSend}
        initialValues={
          user && { name: user.name, display_name: user.display_name, roles: user.roles, departments: user.scope.departments, grid: user.scope.grid }
        }
      >
        {user ? null : (
          <Form.Item
            name="name"
            label={t('access.users.name')}
            extra={t('access.users.nameHint')}
            rules={[{ required: true, pattern: /^[a-z0-9][a-z0-9._-]{0,63}$/, message: t('access.users.nameHint') }]}
          >
            <Input autoComplete="off" maxLength={64} />
          </Form.Item>
        )}
        <Form.Item name="display_name" label={t('access.users.display')}>
          <Input autoComplete="off" maxLength={200} />
        </Form.Item>
        <Form.Item name="roles" label={t('access.users.roles')} rules={[{ required: true, message: t('case.needed') }]}>
          <Select mode="multiple" options={ROLES.map((value) => ({ value, label: t(`role.${value}`) }))} />
        </Form.Item>
        <Form.Item name="departments" label={t('access.users.departments')} extra={t('access.users.departmentsHint')}>
          <Select mode="multiple" options={city?.departments.map((each) => ({ value: each.id, label: each[language] }))} />
        </Form.Item>
        <Form.Item name="grid" label={t('access.users.cells')} extra={t('access.users.cellsHint')}>
          <Select mode="tags" tokenSeparators={[',', ' ']} open={false} suffix={null} />
        </Form.Item>
      </Form>
      {children}
    </Modal>
  );
}

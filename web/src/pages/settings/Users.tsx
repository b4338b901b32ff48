import { MoreOutlined, PlusOutlined } from '@ant-design/icons';
import { App, Button, Dropdown, Table, Tag, type TableProps } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useMay } from '../../api/access';
import { useChangeUser, useResetPassword, useUsers } from '../../api/accounts';
import type { AccountRole, UserItem } from '../../api/client';
import { Dot, Failure, Moment, Nothing } from '../../components/parts';
import { SecretDialog } from '../../components/Secret';
import { LimitsText } from './LimitsText';
import { AddUser, ChangeUser, ROLES } from './UserDialog';

/** Accounts of people and programs. */
export function Users() {
  const { t } = useTranslation();
  const may = useMay();
  const users = useUsers();
  const reset = useResetPassword();
  const [editing, setEditing] = useState<UserItem | 'new'>();
  const [secret, setSecret] = useState<{ name: string; password: string }>();
  const items = users.data?.pages.flatMap((page) => page.items) ?? [];
  const tell = (name: string, password: string | null | undefined) => {
    if (password) setSecret({ name, password });
  };
  return (
    <>
      {may('POST /api/v1/users') ? (
        <div className="row">
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setEditing('new')}>
            {t('access.users.add')}
          </Button>
        </div>
      ) : null}
      {users.isError ? <Failure error={users.error} onRetry={() => void users.refetch()} /> : null}
      {reset.isError ? <Failure error={reset.error} /> : null}
      <UserTable
        items={items}
        loading={users.isPending}
        onChange={setEditing}
        onReset={(user) => reset.mutate(user.name, { onSuccess: (answered) => tell(user.name, answered.one_time_password) })}
      />
      {users.hasNextPage ? <Button onClick={() => void users.fetchNextPage()}>{t('supervision.more')}</Button> : null}
      {editing === 'new' ? <AddUser onSecret={tell} onClose={() => setEditing(undefined)} /> : null}
      {editing && editing !== 'new' ? <ChangeUser user={editing} onClose={() => setEditing(undefined)} /> : null}
      {secret === undefined ? null : (
        <SecretDialog
          title={t('access.users.once', { name: secret.name })}
          hint={t('access.users.onceHint')}
          secret={secret.password}
          onClose={() => setSecret(undefined)}
        />
      )}
    </>
  );
}

function stateOf(user: UserItem): ['active' | 'oneTime' | 'locked' | 'shut', string] {
  if (user.disabled_at) return ['shut', '#8c8c8c'];
  if (user.locked_until && Date.parse(user.locked_until) > Date.now()) return ['locked', '#cf1322'];
  return user.must_change_password ? ['oneTime', '#d48806'] : ['active', '#389e0d'];
}

function UserTable(props: { items: UserItem[]; loading: boolean; onChange: (user: UserItem) => void; onReset: (user: UserItem) => void }) {
  const { items, loading, onChange, onReset } = props;
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const change = useChangeUser();
  const turn = (user: UserItem) => change.mutate({ name: user.name, version: user.version, change: { disabled: !user.disabled_at } });
  const columns: TableProps<UserItem>['columns'] = [
    {
      title: t('access.users.name'),
      key: 'name',
      width: 190,
      render: (_, user) => (
        <>
          <div>{user.display_name || user.name}</div>
          <div className="mono muted">{user.name}</div>
        </>
      ),
      sorter: (a, b) => a.name.localeCompare(b.name),
    },
    {
      title: t('access.users.roles'),
      key: 'roles',
      render: (_, user) => user.roles.map((role) => <Tag key={role}>{t(`role.${role}`)}</Tag>),
      filters: ROLES.map((role) => ({ text: t(`role.${role}`), value: role })),
      onFilter: (role, user) => user.roles.includes(role as AccountRole),
    },
    { title: t('access.users.limits'), key: 'limits', render: (_, user) => <LimitsText scope={user.scope} otherwise={t('access.users.none')} /> },
    {
      title: t('access.users.state'),
      key: 'state',
      width: 170,
      render: (_, user) => {
        const [state, colour] = stateOf(user);
        return (
          <span className="state">
            <Dot colour={colour} />
            {t(`access.users.${state}`)}
          </span>
        );
      },
    },
    { title: t('access.users.created'), key: 'created', width: 130, render: (_, user) => <Moment at={user.created_at} /> },
    {
      title: <span className="unseen">{t('table.actions')}</span>,
      key: 'more',
      width: 52,
      render: (_, user) => (
        <Dropdown
          trigger={['click']}
          menu={{
            items: [
              { key: 'change', label: t('access.users.change'), onClick: () => onChange(user) },
              // A program has keys, and who signs in with the city's account has a password there.
              ...(user.roles.includes('machine') || user.is_citys
                ? []
                : [
                    {
                      key: 'reset',
                      label: t('access.users.reset'),
                      onClick: () =>
                        void modal.confirm({
                          title: `${t('access.users.reset')}: ${user.name}`,
                          content: t('access.users.resetHint'),
                          okText: t('access.users.reset'),
                          cancelText: t('case.cancel'),
                          onOk: () => onReset(user),
                        }),
                    },
                  ]),
              { key: 'turn', danger: !user.disabled_at, label: t(user.disabled_at ? 'access.users.enable' : 'access.users.disable'), onClick: () => turn(user) },
            ],
          }}
        >
          <Button type="text" icon={<MoreOutlined />} aria-label={`${t('access.users.change')} ${user.name}`} />
        </Dropdown>
      ),
    },
  ];
  return (
    <>
      {change.isError ? <Failure error={change.error} /> : null}
      <Table<UserItem>
        size="small"
        rowKey="name"
        columns={columns}
        dataSource={items}
        loading={loading}
        pagination={items.length > 50 ? { pageSize: 50, showSizeChanger: false } : false}
        locale={{ emptyText: loading ? ' ' : <Nothing title={t('access.users.empty')} /> }}
      />
    </>
  );
}

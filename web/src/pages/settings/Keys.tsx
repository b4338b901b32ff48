import { PlusOutlined } from '@ant-design/icons';
import { App, Button, Form, Input, Modal, Select, Table, type TableProps } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useMay } from '../../api/access';
import { usePerson } from '../../api/account';
import { useAddKey, useKeys, useRevokeKey, useUsers } from '../../api/accounts';
import type { KeyItem } from '../../api/client';
import { Dot, Failure, Moment, Nothing } from '../../components/parts';
import { SecretDialog } from '../../components/Secret';

const DAYS = [7, 30, 90, 365, 730];

/** Keys with which programs sign in. */
export function Keys() {
  const { t } = useTranslation();
  const keys = useKeys();
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState<string>();
  return (
    <>
      <div className="row">
        <span className="muted grow">{t('access.keys.hint')}</span>
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setAdding(true)}>
          {t('access.keys.add')}
        </Button>
      </div>
      {keys.isError ? <Failure error={keys.error} onRetry={() => void keys.refetch()} /> : null}
      <KeyTable items={keys.data ?? []} loading={keys.isPending} />
      {adding ? <KeyDialog onSecret={setSecret} onClose={() => setAdding(false)} /> : null}
      {secret === undefined ? null : (
        <SecretDialog title={t('access.keys.once')} hint={t('access.keys.onceHint')} secret={secret} onClose={() => setSecret(undefined)} />
      )}
    </>
  );
}

function stateOf(key: KeyItem): 'valid' | 'expired' | 'revoked' {
  if (key.revoked_at) return 'revoked';
  return key.expires_at && Date.parse(key.expires_at) < Date.now() ? 'expired' : 'valid';
}

function KeyTable({ items, loading }: { items: KeyItem[]; loading: boolean }) {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const revoke = useRevokeKey();
  const columns: TableProps<KeyItem>['columns'] = [
    { title: t('access.keys.label'), dataIndex: 'label' },
    { title: t('access.keys.user'), key: 'user', render: (_, key) => <span className="mono">{key.user}</span> },
    { title: t('access.keys.key'), key: 'id', render: (_, key) => <span className="mono muted">{key.key_id}</span> },
    { title: t('access.keys.created'), key: 'created', width: 130, render: (_, key) => <Moment at={key.created_at} /> },
    {
      title: t('access.keys.expires'),
      key: 'expires',
      width: 150,
      render: (_, key) => (key.expires_at ? <Moment at={key.expires_at} /> : <span className="muted">{t('access.keys.ever')}</span>),
    },
    {
      title: t('access.keys.state'),
      key: 'state',
      width: 110,
      render: (_, key) => (
        <span className="state">
          <Dot colour={stateOf(key) === 'valid' ? '#389e0d' : '#8c8c8c'} />
          {t(`access.keys.${stateOf(key)}`)}
        </span>
      ),
    },
    {
      title: <span className="unseen">{t('table.actions')}</span>,
      key: 'revoke',
      width: 96,
      render: (_, key) =>
        stateOf(key) === 'valid' ? (
          <Button
            size="small"
            aria-label={`${t('access.keys.revoke')} ${key.label || key.key_id}`}
            onClick={() =>
              void modal.confirm({
                title: `${t('access.keys.revoke')}: ${key.label || key.key_id}`,
                content: t('access.keys.revokeHint'),
                okText: t('access.keys.revoke'),
                okButtonProps: { danger: true },
                cancelText: t('case.cancel'),
                onOk: () => revoke.mutateAsync(key.key_id),
              })
            }
          >
            {t('access.keys.revoke')}
          </Button>
        ) : null,
    },
  ];
  return (
    <>
      {revoke.isError ? <Failure error={revoke.error} /> : null}
      <Table<KeyItem>
        size="small"
        rowKey="key_id"
        columns={columns}
        dataSource={items}
        loading={loading}
        pagination={items.length > 50 ? { pageSize: 50, showSizeChanger: false } : false}
        locale={{ emptyText: loading ? ' ' : <Nothing title={t('access.keys.empty')} hint={t('access.keys.emptyHint')} /> }}
      />
    </>
  );
}

interface Wish {
  user: string;
  label: string;
  days: number;
}

function KeyDialog({ onSecret, onClose }: { onSecret: (secret: string) => void; onClose: () => void }) {
  const { t } = useTranslation();
  const may = useMay();
  const person = usePerson();
  const isAdministrator = may('GET /api/v1/users');
  const users = useUsers(isAdministrator).data?.pages.flatMap((page) => page.items) ?? [];
  const add = useAddKey();
  const [form] = Form.useForm<Wish>();
  // An administrator makes keys for programs, everybody else for themselves.
  const names = [...users.filter(({ roles, disabled_at: shut }) => roles.includes('machine') && !shut).map(({ name }) => name)];
  if (person && !names.includes(person.name)) names.unshift(person.name);
  return (
    <Modal
      open
      title={t('access.keys.add')}
      okText={t('access.keys.add')}
      cancelText={t('case.cancel')}
      confirmLoading={add.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <Form<Wish>
        form={form}
        layout="vertical"
        initialValues={{ user: person?.name, days: 365 }}
        onFinish={({ user, label, days }) =>
          add.mutate(
            { user, label, days: days || null },
            {
              onSuccess: ({ key }) => {
                onClose();
                onSecret(key);
              },
            },
          )
        }
      >
        <Form.Item name="user" label={t('access.keys.user')} rules={[{ required: true, message: t('case.needed') }]}>
          <Select options={names.map((value) => ({ value, label: value }))} />
        </Form.Item>
        <Form.Item name="label" label={t('access.keys.label')} rules={[{ required: true, whitespace: true, message: t('case.needed') }]}>
          <Input maxLength={200} />
        </Form.Item>
        <Form.Item name="days" label={t('access.keys.holds')}>
          <Select
            options={[...DAYS.map((value) => ({ value, label: t('access.keys.days', { count: value }) })), { value: 0, label: t('access.keys.ever') }]}
          />
        </Form.Item>
      </Form>
      {add.isError ? <Failure error={add.error} /> : null}
    </Modal>
  );
}

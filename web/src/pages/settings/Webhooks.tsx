import { MoreOutlined, PlusOutlined } from '@ant-design/icons';
import { App, Button, Dropdown, Table, type MenuProps, type TableProps } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { Webhook, WebhookWithKey } from '../../api/client';
import { useWebhookMoves, useWebhooks } from '../../api/webhooks';
import { useClock } from '../../components/clock';
import { Dot, Failure, Nothing } from '../../components/parts';
import { SecretDialog } from '../../components/Secret';
import { dayAndTime } from '../../domain/time';
import { Deliveries } from './Deliveries';
import { WebhookDialog } from './WebhookDialog';

/** Who outside is told of changes, and what of it did not arrive. */
export function Webhooks() {
  const { t } = useTranslation();
  const hooks = useWebhooks();
  const [editing, setEditing] = useState<Webhook | 'new'>();
  const [looking, setLooking] = useState<string>();
  const [secret, setSecret] = useState<string>();
  const shown = hooks.data?.find(({ webhook_id: id }) => id === looking);
  return (
    <>
      <div className="row">
        <span className="muted grow">{t('access.hooks.hint')}</span>
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setEditing('new')}>
          {t('access.hooks.add')}
        </Button>
      </div>
      {hooks.isError ? <Failure error={hooks.error} onRetry={() => void hooks.refetch()} /> : null}
      <HookTable items={hooks.data ?? []} loading={hooks.isPending} onChange={setEditing} onLook={setLooking} onKey={({ key }) => setSecret(key)} />
      {editing === undefined ? null : (
        <WebhookDialog known={editing === 'new' ? undefined : editing} onMade={({ key }) => setSecret(key)} onClose={() => setEditing(undefined)} />
      )}
      {shown ? <Deliveries hook={shown} onClose={() => setLooking(undefined)} /> : null}
      {secret === undefined ? null : (
        <SecretDialog title={t('access.hooks.once')} hint={t('access.hooks.onceHint')} secret={secret} onClose={() => setSecret(undefined)} />
      )}
    </>
  );
}

interface TableParts {
  items: Webhook[];
  loading: boolean;
  onChange: (hook: Webhook) => void;
  onLook: (id: string) => void;
  onKey: (hook: WebhookWithKey) => void;
}

function HookTable({ items, loading, onChange, onLook, onKey }: TableParts) {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const moves = useWebhookMoves();
  const failed = moves.rotate.error ?? moves.start.error ?? moves.stop.error ?? moves.remove.error;
  const ask = (title: string, content: string, danger: boolean, onOk: () => Promise<unknown>) =>
    void modal.confirm({ title, content, okText: title, okButtonProps: { danger }, cancelText: t('case.cancel'), onOk });
  const menu = (hook: Webhook): MenuProps['items'] => {
    const id = hook.webhook_id;
    return [
      { key: 'look', label: t('access.hooks.deliveries'), onClick: () => onLook(id) },
      { key: 'change', label: t('access.hooks.change'), onClick: () => onChange(hook) },
      {
        key: 'rotate',
        label: t('access.hooks.rotate'),
        onClick: () => ask(t('access.hooks.rotate'), t('access.hooks.rotateHint'), false, () => moves.rotate.mutateAsync(id).then(onKey)),
      },
      hook.disabled_at
        ? { key: 'start', label: t('access.hooks.start'), onClick: () => moves.start.mutate(id) }
        : { key: 'stop', label: t('access.hooks.stop'), onClick: () => moves.stop.mutate(id) },
      {
        key: 'remove',
        danger: true,
        label: t('access.hooks.remove'),
        onClick: () => ask(t('access.hooks.remove'), t('access.hooks.removeHint'), true, () => moves.remove.mutateAsync(id)),
      },
    ];
  };
  const columns: TableProps<Webhook>['columns'] = [
    {
      title: t('access.hooks.url'),
      key: 'url',
      render: (_, hook) => (
        <>
          <div className="mono">{hook.url}</div>
          <div className="muted">{hook.event_types.join(', ')}</div>
        </>
      ),
    },
    { title: t('access.hooks.state'), key: 'state', width: 250, render: (_, hook) => <HookState hook={hook} /> },
    { title: t('access.hooks.waiting'), dataIndex: 'waiting', width: 90, align: 'right' },
    {
      title: t('access.hooks.dead'),
      key: 'dead',
      width: 100,
      align: 'right',
      render: (_, { dead, webhook_id: id }) =>
        dead > 0 ? (
          <Button type="link" size="small" onClick={() => onLook(id)}>
            {dead.toLocaleString()}
          </Button>
        ) : (
          0
        ),
    },
    {
      title: <span className="unseen">{t('table.actions')}</span>,
      key: 'more',
      width: 52,
      render: (_, hook) => (
        <Dropdown trigger={['click']} menu={{ items: menu(hook) }}>
          <Button type="text" icon={<MoreOutlined />} aria-label={`${t('access.hooks.change')} ${hook.url}`} />
        </Dropdown>
      ),
    },
  ];
  return (
    <>
      {failed ? <Failure error={failed} /> : null}
      <Table<Webhook>
        size="small"
        rowKey="webhook_id"
        columns={columns}
        dataSource={items}
        loading={loading}
        pagination={false}
        locale={{ emptyText: loading ? ' ' : <Nothing title={t('access.hooks.empty')} hint={t('access.hooks.emptyHint')} /> }}
      />
    </>
  );
}

function HookState({ hook }: { hook: Webhook }) {
  const { t } = useTranslation();
  const clock = useClock();
  const [colour, text] = hook.disabled_at
    ? ['#8c8c8c', t('access.hooks.stopped', { reason: hook.disabled_reason })]
    : hook.failing_since
      ? ['#cf1322', t('access.hooks.failing', { time: dayAndTime(hook.failing_since, clock) })]
      : ['#389e0d', t('access.hooks.works')];
  return (
    <span className="state">
      <Dot colour={colour} />
      {text}
    </span>
  );
}

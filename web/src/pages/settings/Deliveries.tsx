import { App, Button, Checkbox, Drawer, Table, type TableProps } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { Delivery, Webhook } from '../../api/client';
import { useDeliveries, useWebhookMoves } from '../../api/webhooks';
import { Dot, Failure, Moment, Nothing } from '../../components/parts';

const COLOUR: Record<Delivery['state'], string> = { waiting: '#d48806', delivered: '#389e0d', dead: '#cf1322' };

/** What was sent to a receiver, how it was answered, and what to send again. */
export function Deliveries({ hook, onClose }: { hook: Webhook; onClose: () => void }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [onlyDead, setOnlyDead] = useState(hook.dead > 0);
  const deliveries = useDeliveries(hook.webhook_id, onlyDead);
  const { replay } = useWebhookMoves();
  const items = deliveries.data?.pages.flatMap((page) => page.items) ?? [];
  const again = (numbers?: number[]) =>
    replay.mutate(
      { id: hook.webhook_id, numbers },
      { onSuccess: ({ replayed }) => void message.success(t('access.hooks.replayed', { count: replayed })) },
    );
  const columns: TableProps<Delivery>['columns'] = [
    {
      title: t('access.hooks.message'),
      key: 'message',
      ellipsis: true,
      render: (_, each) => (
        <>
          <div className="mono clip">{each.message_id}</div>
          <div className="muted clip">{each.type}</div>
        </>
      ),
    },
    { title: t('access.hooks.about'), key: 'key', width: 150, ellipsis: true, render: (_, each) => <span className="mono">{each.key}</span> },
    {
      title: t('access.hooks.state'),
      key: 'state',
      width: 110,
      render: (_, each) => (
        <span className="state">
          <Dot colour={COLOUR[each.state]} />
          {t(`access.hooks.delivery.${each.state}`)}
        </span>
      ),
    },
    { title: t('access.hooks.tries'), dataIndex: 'tries', width: 66, align: 'right' },
    {
      title: t('access.hooks.last'),
      key: 'last',
      width: 180,
      render: (_, each) => (
        <>
          {each.tried_at ? <Moment at={each.tried_at} /> : null}
          <div className="muted clip" title={each.error}>
            {[each.status, each.error].filter(Boolean).join(' ')}
          </div>
        </>
      ),
    },
    {
      title: t('access.hooks.next'),
      key: 'next',
      width: 130,
      render: (_, each) =>
        each.state === 'dead' ? (
          <Button size="small" onClick={() => again([each.number])}>
            {t('access.hooks.replayOne')}
          </Button>
        ) : each.next_try_at ? (
          <Moment at={each.next_try_at} />
        ) : null,
    },
  ];
  return (
    <Drawer open size={880} title={`${t('access.hooks.deliveries')} · ${hook.url}`} onClose={onClose}>
      <div className="stack">
        <div className="row">
          <Checkbox checked={onlyDead} onChange={({ target }) => setOnlyDead(target.checked)}>
            {t('access.hooks.onlyDead')}
          </Checkbox>
          <span className="grow" />
          <Button disabled={hook.dead === 0} loading={replay.isPending} onClick={() => again()}>
            {t('access.hooks.replay')}
          </Button>
        </div>
        {deliveries.isError ? <Failure error={deliveries.error} onRetry={() => void deliveries.refetch()} /> : null}
        {replay.isError ? <Failure error={replay.error} /> : null}
        <Table<Delivery>
          size="small"
          rowKey="number"
          columns={columns}
          dataSource={items}
          loading={deliveries.isPending}
          pagination={false}
          locale={{ emptyText: deliveries.isPending ? ' ' : <Nothing title={t('access.hooks.noDeliveries')} /> }}
        />
        {deliveries.hasNextPage ? <Button onClick={() => void deliveries.fetchNextPage()}>{t('supervision.more')}</Button> : null}
      </div>
    </Drawer>
  );
}

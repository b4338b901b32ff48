import { Button, Input, Table, type TableProps } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

import { useAudit, type AuditWish } from '../../api/accounts';
import type { AuditItem } from '../../api/client';
import { Failure, Moment, Nothing } from '../../components/parts';

const FIELDS = [
  ['actor', 'findActor'],
  ['action', 'findAction'],
  ['case', 'findCase'],
] as const;

/** Who did or saw what, when, and what for. */
export function Audit() {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState<AuditWish>({});
  const audit = useAudit(wanted);
  const items = audit.data?.pages.flatMap((page) => page.items) ?? [];
  const columns: TableProps<AuditItem>['columns'] = [
    { title: t('access.audit.time'), key: 'at', width: 140, render: (_, line) => <Moment at={line.at} /> },
    {
      title: t('access.audit.actor'),
      key: 'actor',
      width: 180,
      render: (_, line) => (
        <>
          <div>{line.actor}</div>
          <div className="muted">{line.roles.map((role) => t(`role.${role}`)).join(', ')}</div>
        </>
      ),
    },
    { title: t('access.audit.action'), key: 'action', width: 170, render: (_, line) => <span className="mono">{line.action}</span> },
    { title: t('access.audit.target'), key: 'target', ellipsis: true, render: (_, line) => <span className="mono">{line.target}</span> },
    {
      title: t('access.audit.case'),
      key: 'case',
      width: 190,
      render: (_, line) =>
        line.case_id ? (
          <Link className="mono" to={`/cases/${encodeURIComponent(line.case_id)}`}>
            {line.case_id}
          </Link>
        ) : null,
    },
    { title: t('access.audit.purpose'), dataIndex: 'purpose', width: 120, ellipsis: true },
    { title: t('access.audit.detail'), dataIndex: 'detail', ellipsis: true },
  ];
  return (
    <>
      <span className="muted">{t('access.audit.hint')}</span>
      <search className="row wrap" aria-label={t('cases.filter')}>
        {FIELDS.map(([field, text]) => (
          <Input.Search
            key={field}
            allowClear
            aria-label={t(`access.audit.${text}`)}
            placeholder={t(`access.audit.${text}`)}
            style={{ width: 220 }}
            maxLength={200}
            onSearch={(value) => setWanted((before) => ({ ...before, [field]: value.trim() || undefined }))}
          />
        ))}
      </search>
      {audit.isError ? <Failure error={audit.error} onRetry={() => void audit.refetch()} /> : null}
      <Table<AuditItem>
        size="small"
        rowKey="number"
        columns={columns}
        dataSource={items}
        loading={audit.isPending}
        pagination={false}
        scroll={{ x: 1050 }}
        locale={{ emptyText: audit.isPending ? ' ' : <Nothing title={t('access.audit.empty')} /> }}
      />
      {audit.hasNextPage ? (
        <Button onClick={() => void audit.fetchNextPage()} loading={audit.isFetchingNextPage}>
          {t('supervision.more')}
        </Button>
      ) : null}
    </>
  );
}

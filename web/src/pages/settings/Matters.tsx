import { PlusOutlined } from '@ant-design/icons';
import { Button, Input, Table, type TableProps } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';

import { useMay } from '../../api/access';
import type { MatterItem } from '../../api/client';
import { useMatters } from '../../api/desk';
import { DepartmentName, Failure, Mark, MatterName } from '../../components/parts';
import { ADMISSION_COLOUR } from './admission';
import { MatterDrawer } from './MatterDrawer';

/** The catalogue: which matters may be filed, and how far new versions have come. */
export function Matters() {
  const { t } = useTranslation();
  const may = useMay();
  const matters = useMatters();
  const [parameters, setParameters] = useSearchParams();
  const [text, setText] = useState('');
  const open = parameters.get('matter') ?? undefined;
  const show = (matter: string | undefined) => setParameters(matter ? { matter } : {}, { replace: true });
  const wanted = text.toLocaleLowerCase();
  const items = (matters.data ?? []).filter(({ matter, newest: { definition: each } }) =>
    [matter, each.name_en, each.name_zh, ...each.codes.map(({ value }) => value)].some((word) => word.toLocaleLowerCase().includes(wanted)),
  );
  const columns: TableProps<MatterItem>['columns'] = [
    {
      title: t('settings.matters.matter'),
      key: 'matter',
      render: (_, { matter }) => (
        <>
          <Button type="link" style={{ padding: 0 }} onClick={() => show(matter)}>
            <MatterName code={matter} />
          </Button>
          <div className="mono muted">{matter}</div>
        </>
      ),
      sorter: (a, b) => a.matter.localeCompare(b.matter),
    },
    {
      title: t('settings.matters.codes'),
      key: 'codes',
      render: (_, { newest }) => (
        <span className="mono">{newest.definition.codes.map(({ scheme, value }) => `${scheme} ${value.slice(0, 2)} ${value.slice(2)}`).join(' · ')}</span>
      ),
    },
    {
      title: t('settings.matters.department'),
      key: 'department',
      render: (_, { newest }) =>
        newest.definition.department ? <DepartmentName id={newest.definition.department} /> : <span className="muted">{t('settings.matters.asConfigured')}</span>,
    },
    {
      title: t('settings.matters.state'),
      key: 'state',
      render: (_, { newest }) => (
        <>
          <Mark colour={ADMISSION_COLOUR[newest.state]}>{t(`settings.matters.states.${newest.state}`)}</Mark>{' '}
          <span className="muted">{newest.version === 0 ? t('settings.matters.configured') : t('settings.version', { number: newest.version })}</span>
        </>
      ),
    },
    {
      title: t('settings.matters.holds'),
      key: 'holds',
      render: (_, { admitted_version: version }) =>
        version === null ? (
          <b>{t('settings.matters.notFiled')}</b>
        ) : version === 0 ? (
          t('settings.matters.configured')
        ) : (
          t('settings.matters.holdsVersion', { number: version })
        ),
    },
  ];
  return (
    <>
      <div className="row wrap">
        <span className="muted grow">{t('settings.matters.hint')}</span>
        <Input.Search
          allowClear
          aria-label={t('settings.matters.find')}
          placeholder={t('settings.matters.find')}
          style={{ width: 240 }}
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
        {may('POST /api/v1/configuration') ? (
          <Link to="/settings/documents?add=matter">
            <Button type="primary" tabIndex={-1} icon={<PlusOutlined />}>
              {t('settings.documents.add.matter')}
            </Button>
          </Link>
        ) : null}
      </div>
      {matters.isError ? <Failure error={matters.error} onRetry={() => void matters.refetch()} /> : null}
      <Table<MatterItem>
        size="small"
        rowKey="matter"
        columns={columns}
        dataSource={items}
        loading={matters.isPending}
        pagination={items.length > 50 ? { pageSize: 50, showSizeChanger: false } : false}
      />
      {open === undefined ? null : <MatterDrawer key={open} matter={open} onClose={() => show(undefined)} />}
    </>
  );
}

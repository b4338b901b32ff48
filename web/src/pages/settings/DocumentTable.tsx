import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Input, InputNumber, Select, Switch, Table, type TableProps } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useCity } from '../../api/queries';
import { Nothing } from '../../components/parts';
import { valueAt, withValue, type Content } from '../../domain/documents';
import { useLanguage } from '../../i18n';
import { RegionDialog } from '../../regions/RegionDialog';
import { isOnTheMap, regionOf, saidOf } from '../../regions/region';
import { HoursCell } from './HoursCell';
import { TABLES, type Column } from './documentColumns';

const PAGE = 20;

interface Props {
  name: string;
  content: Content;
  readOnly: boolean;
  onChange: (content: Content) => void;
}

interface Row {
  index: number;
  row: Content;
}

/** A document that is a list, as a table to write in. */
export function DocumentTable({ name, content, readOnly, onChange }: Props) {
  const { t } = useTranslation();
  const [page, setPage] = useState(1);
  const { columns = [], asText = [] } = TABLES[name] ?? {};
  const rows = (Array.isArray(content[name]) ? content[name] : []) as Content[];
  const put = (next: Content[]) => onChange({ ...content, [name]: next });
  const add = () => {
    const empty = columns.filter(({ needed }) => needed).reduce<Content>((row, { path }) => withValue(row, path, ''), {});
    put([...rows, empty]);
    setPage(Math.ceil((rows.length + 1) / PAGE));
  };
  const shown: TableProps<Row>['columns'] = columns.map((column) => ({
    title: t(`settings.documents.column.${column.path.replace('.', '_') as 'id'}`),
    key: column.path,
    width: column.width,
    render: (_, { row, index }) => (
      <Cell
        column={column}
        row={row}
        rows={rows}
        readOnly={readOnly}
        onChange={(value) => put(rows.map((each, at) => (at === index ? withValue(each, column.path, value) : each)))}
      />
    ),
  }));
  if (!readOnly) {
    shown.push({
      title: <span className="unseen">{t('settings.remove')}</span>,
      key: 'remove',
      width: 48,
      render: (_, { row, index }) => (
        <Button
          type="text"
          icon={<DeleteOutlined />}
          aria-label={`${t('settings.remove')} ${String(row.id)}`}
          onClick={() => put(rows.filter((_each, at) => at !== index))}
        />
      ),
    });
  }
  return (
    <>
      {asText.length ? <span className="muted">{t('settings.documents.notHere', { keys: asText.join(', ') })}</span> : null}
      <Table<Row>
        size="small"
        rowKey="index"
        tableLayout="fixed"
        columns={shown}
        dataSource={rows.map((row, index) => ({ row, index }))}
        pagination={{ current: page, pageSize: PAGE, onChange: setPage, hideOnSinglePage: true, showSizeChanger: false }}
        scroll={rows.length ? { x: columns.reduce((sum, { width }) => sum + width, 48) } : undefined}
        locale={{ emptyText: <Nothing title={t('settings.notSet')} /> }}
      />
      {readOnly ? null : (
        <div>
          <Button icon={<PlusOutlined />} onClick={add}>
            {t('settings.add')}
          </Button>
        </div>
      )}
    </>
  );
}

interface CellProps {
  column: Column;
  row: Content;
  rows: readonly Content[];
  readOnly: boolean;
  onChange: (value: unknown) => void;
}

function Cell({ column, row, rows, readOnly, onChange }: CellProps) {
  const { t } = useTranslation();
  const language = useLanguage();
  const matters = useCity().data?.matters ?? [];
  const { path, kind, needed } = column;
  const value = valueAt(row, path);
  const label = `${t(`settings.documents.column.${path.replace('.', '_') as 'id'}`)} ${String(row.id)}`;
  if (kind === 'number') {
    return (
      <InputNumber
        aria-label={label}
        value={typeof value === 'number' ? value : null}
        disabled={readOnly}
        controls={false}
        style={{ width: '100%' }}
        onChange={(next) => onChange(next ?? undefined)}
      />
    );
  }
  if (kind === 'region') return <RegionCell label={label} row={row} rows={rows} readOnly={readOnly} onChange={onChange} />;
  if (kind === 'hours') {
    const title = t('settings.hours.title', { name: String(valueAt(row, `names.${language}`) ?? row.id) });
    return <HoursCell label={label} title={title} value={value} readOnly={readOnly} onChange={onChange} />;
  }
  if (kind === 'yes') return <Switch aria-label={label} checked={value !== false} disabled={readOnly} onChange={onChange} />;
  if (kind === 'matters') {
    return (
      <Select
        aria-label={label}
        mode="multiple"
        style={{ width: '100%' }}
        value={Array.isArray(value) ? (value as string[]) : []}
        options={matters.map((matter) => ({ value: matter.id, label: matter[language] }))}
        showSearch={{ optionFilterProp: 'label' }}
        disabled={readOnly}
        onChange={(next: string[]) => onChange(next.length || needed ? next : undefined)}
      />
    );
  }
  return (
    <Input
      aria-label={label}
      value={typeof value === 'string' ? value : ''}
      disabled={readOnly}
      onChange={({ target }) => onChange(target.value === '' && !needed ? undefined : target.value)}
    />
  );
}

function RegionCell({ label, row, rows, readOnly, onChange }: Omit<CellProps, 'column'> & { label: string }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const [open, setOpen] = useState(false);
  const region = regionOf(row.region);
  const said = region.corners.length
    ? t('region.polygon', { count: region.corners.length })
    : region.cells.length
      ? t('region.cellCount', { count: region.cells.length })
      : t('until' in row ? 'region.whole' : 'region.unset');
  const others = rows
    .filter((each) => each !== row)
    .map((each) => ({ id: String(each.id), region: regionOf(each.region) }))
    .filter((each) => isOnTheMap(each.region))
    .map((each) => ({ id: each.id, corners: each.region.corners }));
  return (
    <>
      <Button block aria-label={`${label}: ${said}`} onClick={() => setOpen(true)}>
        {said}
      </Button>
      {open ? (
        <RegionDialog
          title={t('region.title', { name: String(valueAt(row, `names.${language}`) ?? row.id) })}
          region={region}
          others={others}
          readOnly={readOnly}
          onDone={(next) => {
            onChange(saidOf(next));
            setOpen(false);
          }}
          onClose={() => setOpen(false)}
        />
      ) : null}
    </>
  );
}

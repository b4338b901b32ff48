import { Button, Checkbox, Select, Table, Tooltip, type TableProps } from 'antd';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useSearchParams } from 'react-router';

import { useMay } from '../api/access';
import type { CaseItem, CaseState } from '../api/client';
import { useCameras, useCases, useCity, type CaseFilter } from '../api/queries';
import { Due } from '../components/Due';
import { cameraName, DepartmentName, Failure, MatterName, Moment, Nothing, StateMark } from '../components/parts';
import { nextDeadline, shortId, STATES } from '../domain/cases';
import { useLanguage } from '../i18n';
import { Bulk } from './cases/Bulk';
import { SavedFilters } from './cases/SavedFilters';

const KEYS = ['matter', 'camera', 'grid', 'department'] as const;
const ROW_PX = 40;
const MOST_CHOSEN = 100;

/** The filter lives in the address, so that it can be shared. */
function useFilter() {
  const [parameters, setParameters] = useSearchParams();
  const filter = useMemo<CaseFilter>(() => {
    const states = parameters.getAll('state').filter((state): state is CaseState => STATES.includes(state as CaseState));
    const open = parameters.get('open');
    return {
      ...(states.length ? { state: states } : {}),
      ...(open === null ? {} : { open: open === 'true' }),
      ...(parameters.get('overdue') === 'true' ? { overdue: true } : {}),
      ...Object.fromEntries(KEYS.flatMap((key) => (parameters.get(key) ? [[key, parameters.get(key)]] : []))),
    };
  }, [parameters]);
  const set = (key: string, values: string[]) => {
    const next = new URLSearchParams(parameters);
    next.delete(key);
    for (const value of values) next.append(key, value);
    setParameters(next, { replace: true });
  };
  return { filter, set, clear: () => setParameters({}, { replace: true }), active: Object.keys(filter).length > 0 };
}

/** All cases: filtered by the address, read as they are scrolled to. */
export function Cases() {
  const { t } = useTranslation();
  const { filter, active, clear } = useFilter();
  const cases = useCases(filter);
  const items = useMemo(() => cases.data?.pages.flatMap((page) => page.items) ?? [], [cases.data]);
  const [box, height] = useHeight();
  const columns = useColumns();
  const navigate = useNavigate();
  const may = useMay();
  const [ids, setIds] = useState<string[]>([]);
  const chosen = useMemo(() => items.filter(({ case_id: id }) => ids.includes(id)), [items, ids]);

  const more = (event: React.UIEvent<HTMLElement>) => {
    const { scrollTop, clientHeight } = event.currentTarget;
    const near = scrollTop + clientHeight > (items.length - 20) * ROW_PX;
    if (near && cases.hasNextPage && !cases.isFetching) void cases.fetchNextPage();
  };

  return (
    <div className="page-body page-fill">
      <div className="row">
        <h1 className="page">{t('cases.title')}</h1>
        <span className="muted" role="status">
          {cases.data
            ? t(cases.hasNextPage ? 'cases.shownMore' : 'cases.shown', { shown: items.length.toLocaleString() })
            : ''}
        </span>
      </div>
      <FilterBar />
      {chosen.length > 0 ? <Bulk chosen={chosen} onChoose={setIds} /> : null}
      {cases.isError ? <Failure error={cases.error} onRetry={() => void cases.refetch()} /> : null}
      <div ref={box} className="panel" style={{ flex: 1 }}>
        <Table<CaseItem>
          virtual={items.length > 0}
          size="small"
          rowKey="case_id"
          rowSelection={
            may('POST /api/v1/cases/{case_id}/actions/{action}')
              ? {
                  selectedRowKeys: ids,
                  columnWidth: 40,
                  columnTitle: <span className="hidden">{t('cases.bulk')}</span>,
                  getCheckboxProps: ({ case_id: id }) => ({ 'aria-label': id }),
                  onChange: (keys) => setIds(keys.map(String).slice(0, MOST_CHOSEN)),
                }
              : undefined
          }
          columns={columns}
          dataSource={items}
          loading={cases.isPending || cases.isFetchingNextPage}
          pagination={false}
          // An empty table has nothing in it that the keyboard could scroll to.
          {...(items.length > 0 ? { scroll: { x: 1290, y: Math.max(height - 40, 120) } } : {})}
          onScroll={more}
          onRow={(item) => ({
            style: { cursor: 'pointer' },
            onClick: (event) => {
              if (!(event.target as Element).closest('a, .ant-table-selection-column')) void navigate(`/cases/${encodeURIComponent(item.case_id)}`);
            },
          })}
          locale={{
            emptyText: cases.isPending ? (
              ' '
            ) : active ? (
              <Nothing title={t('cases.noMatch')} hint={t('cases.noMatchHint')}>
                <Button onClick={clear}>{t('cases.clear')}</Button>
              </Nothing>
            ) : (
              <Nothing title={t('cases.empty')} hint={t('cases.emptyHint')} />
            ),
          }}
        />
      </div>
    </div>
  );
}

function FilterBar() {
  const { t } = useTranslation();
  const language = useLanguage();
  const city = useCity().data;
  const cameras = useCameras().data;
  const { filter, set, clear, active } = useFilter();
  const matters = city?.matters.map((each) => ({ value: each.id, label: each[language] }));
  const departments = city?.departments.map((each) => ({ value: each.id, label: each[language] }));
  const eyes = cameras?.map((each) => ({ value: each.camera_id, label: cameraName(each, each.camera_id, language) }));
  const one = (key: (typeof KEYS)[number], options: { value: string; label: string }[] | undefined, width: number) => (
    <Select
      aria-label={t(key === 'camera' ? 'cases.cameras' : key === 'grid' ? 'cases.cell' : `cases.${key}`)}
      placeholder={t(key === 'camera' ? 'cases.cameras' : key === 'grid' ? 'cases.cell' : `cases.${key}`)}
      style={{ width }}
      allowClear
      showSearch={{ optionFilterProp: 'label' }}
      value={filter[key]}
      options={options}
      onChange={(value?: string) => set(key, value ? [value] : [])}
    />
  );
  return (
    <search className="row wrap" aria-label={t('cases.filter')}>
      <Select
        aria-label={t('cases.which')}
        style={{ width: 110 }}
        value={filter.open === undefined ? 'all' : String(filter.open)}
        options={[
          { value: 'all', label: t('cases.all') },
          { value: 'true', label: t('cases.onlyOpen') },
          { value: 'false', label: t('cases.onlyEnded') },
        ]}
        onChange={(value) => set('open', value === 'all' ? [] : [value])}
      />
      <Select
        mode="multiple"
        aria-label={t('cases.states')}
        placeholder={t('cases.states')}
        style={{ minWidth: 190 }}
        maxTagCount="responsive"
        allowClear
        showSearch={{ optionFilterProp: 'label' }}
        value={filter.state ?? []}
        options={STATES.map((state) => ({ value: state, label: t(`state.${state}`) }))}
        onChange={(states) => set('state', states)}
      />
      {one('matter', matters, 170)}
      {one('department', departments, 170)}
      {one('camera', eyes, 170)}
      {filter.grid ? one('grid', [{ value: filter.grid, label: filter.grid }], 180) : null}
      <Checkbox checked={filter.overdue === true} onChange={({ target }) => set('overdue', target.checked ? ['true'] : [])}>
        {t('cases.overdue')}
      </Checkbox>
      <SavedFilters active={active} />
      {active ? (
        <Button type="link" onClick={clear}>
          {t('cases.clear')}
        </Button>
      ) : null}
    </search>
  );
}

function useColumns(): TableProps<CaseItem>['columns'] {
  const { t } = useTranslation();
  const language = useLanguage();
  const cameras = useCameras().data;
  return useMemo(
    () => [
      {
        title: t('cases.case'),
        key: 'case',
        width: 184,
        render: (_, item) => (
          <Link className="mono" to={`/cases/${encodeURIComponent(item.case_id)}`}>
            {shortId(item.case_id)}
          </Link>
        ),
      },
      {
        title: t('cases.matter'),
        key: 'matter',
        width: 150,
        ellipsis: true,
        render: (_, item) => (
          <>
            <MatterName code={item.matter} />
            {item.recurrence_of ? <span className="muted"> · {t('cases.again')}</span> : null}
          </>
        ),
      },
      {
        title: t('cases.state'),
        key: 'state',
        width: 190,
        ellipsis: true,
        render: (_, item) => <StateMark state={item.state} resolution={item.resolution} />,
      },
      { title: t('cases.opened'), key: 'opened', width: 128, render: (_, item) => <Moment at={item.opened_at} /> },
      {
        title: t('cases.due'),
        key: 'due',
        width: 150,
        ellipsis: true,
        render: (_, item) => <Due deadline={nextDeadline(item.deadlines)} />,
      },
      { title: t('cases.updated'), key: 'updated', width: 112, render: (_, item) => <Moment at={item.updated_at} relative /> },
      {
        title: t('cases.cell'),
        key: 'cell',
        width: 146,
        render: (_, item) => {
          const cell = item.grid[0];
          if (!cell) return '';
          const code = <span className="mono">{cell.code}</span>;
          if (!cell.ambiguous) return code;
          return (
            <Tooltip title={t('cases.ambiguous')}>
              <span>{code} ?</span>
            </Tooltip>
          );
        },
      },
      {
        title: t('cases.department'),
        key: 'department',
        width: 130,
        ellipsis: true,
        render: (_, item) => <DepartmentName id={item.department} />,
      },
      {
        title: t('cases.cameras'),
        key: 'cameras',
        width: 130,
        ellipsis: true,
        render: (_, item) =>
          item.camera_ids
            .map((id) => cameraName(cameras?.find((camera) => camera.camera_id === id), id, language))
            .join(', '),
      },
    ],
    [t, language, cameras],
  );
}

/** The height of an element, as it changes. */
function useHeight(): [React.RefObject<HTMLDivElement | null>, number] {
  const box = useRef<HTMLDivElement>(null);
  const [height, setHeight] = useState(480);
  useEffect(() => {
    if (box.current === null) return undefined;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setHeight(Math.floor(entry.contentRect.height));
    });
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  return [box, height];
}

import { AppstoreOutlined, ClockCircleOutlined, UnorderedListOutlined } from '@ant-design/icons';
import { Button, Segmented } from 'antd';
import { useCallback, useDeferredValue, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useMay } from '../api/access';
import { useCases } from '../api/queries';
import { Failure, Nothing } from '../components/parts';
import { Board } from './cases/Board';
import { Bulk } from './cases/Bulk';
import { CaseTable } from './cases/CaseTable';
import { useCaseFilter } from './cases/filter';
import { FilterBar } from './cases/FilterBar';

/** All cases as a table or on a board, filtered by the address. */
export function Cases() {
  const { shown } = useCaseFilter();
  return shown === 'table' ? <Rows /> : <Lanes by={shown} />;
}

function Lanes({ by }: { by: 'state' | 'due' }) {
  const { filter } = useCaseFilter();
  return (
    <div className="page-body page-fill">
      <Head />
      <FilterBar />
      <Board by={by} filter={filter} />
    </div>
  );
}

/** All cases, read as they are scrolled to. */
function Rows() {
  const { t } = useTranslation();
  const { filter, active, clear } = useCaseFilter();
  const { data, error, hasNextPage, isFetching, isPending, isPlaceholderData, fetchNextPage, refetch } = useCases(filter);
  const items = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data]);
  // What arrives is drawn in pieces between which the page answers; in one piece it would stand still.
  const drawn = useDeferredValue(items);
  const pending = useDeferredValue(isPending || isPlaceholderData);
  const may = useMay()('POST /api/v1/cases/{case_id}/actions/{action}');
  const [ids, setIds] = useState<string[]>([]);
  const chosen = useMemo(() => items.filter(({ case_id: id }) => ids.includes(id)), [items, ids]);
  const more = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  const empty = useMemo(
    () =>
      active ? (
        <Nothing title={t('cases.noMatch')} hint={t('cases.noMatchHint')}>
          <Button onClick={clear}>{t('cases.clear')}</Button>
        </Nothing>
      ) : (
        <Nothing title={t('cases.empty')} hint={t('cases.emptyHint')} />
      ),
    [active, clear, t],
  );
  return (
    <div className="page-body page-fill">
      <Head>{data ? t(hasNextPage ? 'cases.shownMore' : 'cases.shown', { shown: items.length.toLocaleString() }) : ''}</Head>
      <FilterBar />
      {chosen.length > 0 ? <Bulk chosen={chosen} onChoose={setIds} /> : null}
      {error ? <Failure error={error} onRetry={() => void refetch()} /> : null}
      <CaseTable
        items={drawn}
        pending={pending}
        chosen={may ? ids : undefined}
        onChoose={setIds}
        onEnd={more}
        empty={empty}
      />
    </div>
  );
}

function Head({ children }: { children?: string }) {
  const { t } = useTranslation();
  const { shown, show } = useCaseFilter();
  return (
    <div className="row">
      <h1 className="page">{t('cases.title')}</h1>
      <span className="muted" role="status">
        {children}
      </span>
      <span className="grow" />
      <Segmented
        aria-label={t('board.as')}
        value={shown}
        onChange={show}
        options={[
          { value: 'table', icon: <UnorderedListOutlined />, label: t('board.table') },
          { value: 'state', icon: <AppstoreOutlined />, label: t('board.byState') },
          { value: 'due', icon: <ClockCircleOutlined />, label: t('board.byDue') },
        ]}
      />
    </div>
  );
}

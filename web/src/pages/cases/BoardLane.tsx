import { Button } from 'antd';
import { memo, useDeferredValue, useId, useMemo } from 'react';
import { Link } from 'react-router';

import { evidenceUrl, type CaseItem } from '../../api/client';
import { useCases } from '../../api/queries';
import { Due } from '../../components/Due';
import { useNames } from '../../components/names';
import { Dot, Failure, Moment, StateMark } from '../../components/parts';
import { Picture } from '../../components/Picture';
import { nextDeadline, shortId } from '../../domain/cases';
import type { Lane } from '../../domain/lanes';

const CARDS = 20;

interface Props {
  lane: Lane;
  /** Whether its cards must say in which state they are. */
  withState: boolean;
  onAct: (item: CaseItem) => void;
}

/** A column of the board: how many cases there are, the newest of them, and more of them on demand. */
export function BoardLane({ lane, withState, onAct }: Props) {
  const { t } = useNames();
  const title = useId();
  const none = lane.number === 0;
  const filter = { ...lane.filter, pictures: true };
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useCases(filter, CARDS, !none);
  const items = useMemo(() => (none ? [] : (data?.pages.flatMap((page) => page.items) ?? [])), [data, none]);
  const drawn = useDeferredValue(items);
  return (
    <section className={none ? 'lane none' : 'lane'} aria-labelledby={title} style={{ '--mark': lane.colour } as React.CSSProperties}>
      <header>
        <Dot colour={lane.colour} />
        <h2 className="part clip" id={title}>
          {t(`board.lanes.${lane.key}`)}
        </h2>
        <span className="grow" />
        <span className="pill">{(lane.number ?? 0).toLocaleString()}</span>
      </header>
      {error ? <Failure error={error} onRetry={() => void refetch()} /> : null}
      <Cards items={drawn} withState={withState} onAct={onAct} />
      {hasNextPage && !none ? (
        <Button size="small" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t('board.more', { number: Math.max(0, (lane.number ?? 0) - items.length).toLocaleString() })}
        </Button>
      ) : null}
    </section>
  );
}

const Cards = memo(function Cards({ items, withState, onAct }: { items: readonly CaseItem[] } & Pick<Props, 'withState' | 'onAct'>) {
  return (
    <ul>
      {items.map((item) => (
        <Card key={item.case_id} item={item} withState={withState} onAct={onAct} />
      ))}
    </ul>
  );
});

const Card = memo(function Card({ item, withState, onAct }: { item: CaseItem } & Pick<Props, 'withState' | 'onAct'>) {
  const { t, matter, camera } = useNames();
  const [cell] = item.grid;
  const deadline = nextDeadline(item.deadlines);
  const name = matter(item.matter);
  const place = (
    <span className="muted clip" title={cell?.code}>
      {[item.camera_ids.map((id) => camera(id)).join(', '), cell?.name || cell?.code].filter(Boolean).join(' · ')}
    </span>
  );
  return (
    <li className="case-card">
      {item.picture ? (
        <Picture src={evidenceUrl(item.picture, item.case_id)} alt="" missing={t('board.noPicture')} />
      ) : (
        <span className="thumb none">{t('board.noPicture')}</span>
      )}
      <div className="case-card-text">
        <span className="row">
          <Link className="clip grow" to={`/cases/${encodeURIComponent(item.case_id)}`} title={shortId(item.case_id)}>
            {name}
          </Link>
          {item.level ? <span className="level">{item.level}</span> : null}
        </span>
        <span className="row">
          <span className="grow clip">{withState ? <StateMark state={item.state} resolution={item.resolution} /> : place}</span>
          <button type="button" className="act" aria-label={`${t('board.act')}: ${name} ${shortId(item.case_id)}`} onClick={() => onAct(item)}>
            {t('board.act')}
          </button>
        </span>
        {withState ? place : null}
        <span className="clip">{deadline ? <Due deadline={deadline} /> : <Moment at={item.updated_at} relative />}</span>
      </div>
    </li>
  );
});

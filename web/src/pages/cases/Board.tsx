import { Modal } from 'antd';
import { useCallback, useDeferredValue, useState, type KeyboardEvent } from 'react';

import type { CaseItem } from '../../api/client';
import { useCaseToMove, useCaseCounts, type CaseFilter } from '../../api/queries';
import { useNames } from '../../components/names';
import { Failure, StateMark } from '../../components/parts';
import { Waiting } from '../../components/Waiting';
import { shortId } from '../../domain/cases';
import { lanesOf } from '../../domain/lanes';
import { Moves } from '../case/Moves';
import { BoardLane } from './BoardLane';

/** Cases as cards in columns; the numbers over the columns are the server's. */
export function Board({ by, filter }: { by: 'state' | 'due'; filter: CaseFilter }) {
  const { t } = useNames();
  const counts = useCaseCounts(filter);
  // Put off, the columns are drawn bit by bit, while the page answers.
  const counted = useDeferredValue(counts.data);
  const [acting, setActing] = useState<CaseItem>();
  const act = useCallback((item: CaseItem) => setActing(item), []);
  if (counts.isError && !counts.data) return <Failure error={counts.error} onRetry={() => void counts.refetch()} />;
  if (!counted) return <Waiting />;
  return (
    <>
      <span className="hidden" id="board-keys">
        {t('board.keys')}
      </span>
      {/* The cards in it are links and buttons; the arrows are a shorter way between them. */}
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions */}
      <div className="board" aria-describedby="board-keys" onKeyDown={walk}>
        {lanesOf(by, filter, counted).map((lane) => (
          <BoardLane key={lane.key} lane={lane} withState={by === 'due' || (lane.filter.state?.length ?? 0) > 1} onAct={act} />
        ))}
      </div>
      {acting ? <Acting item={acting} onClose={() => setActing(undefined)} /> : null}
    </>
  );
}

/** The moves of a case that are legal now, over the board. */
function Acting({ item, onClose }: { item: CaseItem; onClose: () => void }) {
  const { t, matter } = useNames();
  const found = useCaseToMove(item.case_id);
  const now = found.data ?? item;
  return (
    <Modal
      open
      footer={null}
      onCancel={onClose}
      title={
        <span className="row">
          {matter(now.matter)} <span className="mono muted">{shortId(now.case_id)}</span>
        </span>
      }
    >
      <div className="stack">
        <StateMark state={now.state} resolution={now.resolution} />
        {found.isError ? <Failure error={found.error} onRetry={() => void found.refetch()} /> : null}
        <Moves item={now} isRead={found.isFetchedAfterMount} onMoved={onClose} />
        <span className="muted">{t('board.legal')}</span>
      </div>
    </Modal>
  );
}

const STEPS: Record<string, readonly [lanes: number, cards: number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Go from card to card with the arrows: up and down in a column, left and right to the next column with cards. */
function walk(event: KeyboardEvent<HTMLElement>): void {
  const step = STEPS[event.key];
  const card = (event.target as Element).closest('.case-card');
  if (step === undefined || card === null) return;
  const lanes = [...event.currentTarget.querySelectorAll('.lane')]
    .map((lane) => [...lane.querySelectorAll('.case-card')])
    .filter((cards) => cards.length > 0);
  const lane = lanes.findIndex((cards) => cards.includes(card));
  const place = lanes[lane]?.indexOf(card) ?? 0;
  const cards = lanes[lane + step[0]];
  const next = cards?.[Math.min(place + step[1], step[0] ? cards.length - 1 : Infinity)];
  if (next === undefined) return;
  event.preventDefault();
  next.querySelector<HTMLElement>('a')?.focus();
  next.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

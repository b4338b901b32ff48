import { Button, Card } from 'antd';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';

import { evidenceUrl, type CaseDetail, type CaseItem } from '../api/client';
import { usePerson } from '../api/account';
import { useCameras, useCase, useMoves } from '../api/queries';
import { cameraName, Failure, MatterName, Moment, Nothing, ZoneName } from '../components/parts';
import { useImage } from '../components/image';
import { Picture } from '../components/Picture';
import { Waiting } from '../components/Waiting';
import { offers, pictures, type Offer } from '../domain/cases';
import { useLanguage } from '../i18n';
import { thingName } from '../i18n/things';
import { SignInDialog } from '../layout/SignIn';
import { MoveDialog } from './case/Moves';
import { DecisionsMade } from './review/DecisionsMade';
import { Gone } from './review/Gone';
import { useDecisions } from './review/useDecisions';
import { useKeys } from './review/useKeys';
import { useQueue } from './review/useQueue';
import { useShown } from './review/useShown';
import { WhyNone } from './review/WhyNone';

/** Doubtful reports, one after the other, decided with single keys. The oldest waits first. */
export function Review() {
  const { t } = useTranslation();
  const queue = useQueue();
  if (queue.isPending) return <Waiting />;
  return (
    <div className="page-body page-fill">
      <div>
        <div className="row">
          <h1 className="page">{t('review.title')}</h1>
          <span className="pill" role="status">
            {t('review.left', { count: queue.count })}
          </span>
        </div>
        <span className="muted">{t('review.hint')}</span>
      </div>
      {queue.isError ? <Failure error={queue.error} onRetry={queue.retry} /> : null}
      <Queue items={queue.items} isWhole={queue.isWhole} waits={queue.isError ? null : <Waiting />} />
    </div>
  );
}

interface Moving {
  offer: Offer;
  item: CaseItem;
}

interface QueueProps {
  items: readonly CaseItem[];
  isWhole: boolean;
  /** What stands there until the queue is whole. */
  waits: ReactNode;
}

function Queue({ items, isWhole, waits }: QueueProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const person = usePerson();
  const [moving, setMoving] = useState<Moving>();
  const [declining, setDeclining] = useState<CaseItem>();
  const [asksPerson, setAsksPerson] = useState(false);
  const decisions = useDecisions();
  // What is decided is gone from here, though the node may not have said so yet.
  const open = items.filter(({ case_id: id }) => !decisions.waiting.some(({ caseId }) => caseId === id));
  const { item: current, place, isGone, show, go, leave } = useShown(open, isWhole);
  const detail = useCase(current?.case_id);
  const moves = useMoves(current?.case_id ?? '', current?.version ?? 0, current && person?.name);
  const further = offers(moves.data ?? []).filter(({ action }) => action === 'correct' || action === 'merge_into');

  const decide = (item: CaseItem, action: 'file' | 'decline', reason: string) => {
    setDeclining(undefined);
    if (person === undefined) return setAsksPerson(true);
    decisions.add({ caseId: item.case_id, matter: item.matter, version: item.version, action, reason });
    leave(item.case_id);
  };
  const undo = () => {
    const taken = decisions.undo(t('review.takenBack'));
    if (taken) show(taken);
  };
  // Nothing is decided on a case that somebody else has decided.
  const acts: Acts = {
    file: () => current && !isGone && decide(current, 'file', ''),
    decline: () => current && !isGone && setDeclining(current),
    move: (action) => {
      const offer = further.find((each) => each.action === action);
      if (offer && current && !isGone) setMoving({ offer, item: current });
    },
    next: () => go(1),
  };
  const keys: Record<string, () => void> = {
    u: undo,
    f: acts.file,
    x: acts.decline,
    c: () => acts.move('correct'),
    m: () => acts.move('merge_into'),
    n: acts.next,
    p: () => go(-1),
    o: () => current && void navigate(`/cases/${encodeURIComponent(current.case_id)}`),
  };
  useKeys((key) => keys[key]?.(), asksPerson || moving !== undefined || declining !== undefined);

  return (
    <div className="review">
      {current ? (
        <Pictures key={current.case_id} item={current} detail={detail.data} />
      ) : isWhole ? (
        <Nothing title={t(decisions.waiting.length ? 'review.lastOnes' : 'review.empty')} hint={t('review.emptyHint')} />
      ) : (
        waits
      )}
      <div className="stack">
        {current ? (
          <>
            <About item={current} detail={detail.data} place={isGone ? undefined : place} number={open.length} />
            {isGone && !moving ? <Gone item={current} detail={detail.data} /> : null}
            <Choices acts={acts} further={further} isGone={isGone} isLast={open.length < 2} />
          </>
        ) : null}
        <Button onClick={undo} disabled={!decisions.canUndo}>
          {t('action.undoLast')} <kbd>U</kbd>
        </Button>
        <div className="muted">
          {t('review.keys')}: {t('review.keysHint')}
        </div>
        <DecisionsMade decisions={decisions} onBack={show} />
      </div>
      {declining === undefined ? null : (
        <WhyNone
          item={declining}
          isGone={!open.some(({ case_id: id }) => id === declining.case_id)}
          onChosen={(reason) => decide(declining, 'decline', reason)}
          onClose={() => setDeclining(undefined)}
        />
      )}
      {moving === undefined ? null : (
        <MoveDialog
          item={moving.item}
          offer={moving.offer}
          onMoved={(moved) => {
            decisions.remember(moved);
            if (moved.state !== 'review') leave(moving.item.case_id);
          }}
          onClose={() => setMoving(undefined)}
        />
      )}
      <SignInDialog open={asksPerson} onClose={() => setAsksPerson(false)} />
    </div>
  );
}

interface Acts {
  file: () => void;
  decline: () => void;
  move: (action: Offer['action']) => void;
  next: () => void;
}

/** What can be done with the case that is shown; with one that somebody else has decided, only to go on. */
function Choices({ acts, further, isGone, isLast }: { acts: Acts; further: readonly Offer[]; isGone: boolean; isLast: boolean }) {
  const { t } = useTranslation();
  return (
    <>
      <Button type={isGone ? 'default' : 'primary'} size="large" disabled={isGone} onClick={acts.file}>
        {t('review.confirm')} <kbd>F</kbd>
      </Button>
      <Button size="large" danger disabled={isGone} onClick={acts.decline}>
        {t('review.reject')} <kbd>X</kbd>
      </Button>
      {further.map(({ action }) => (
        <Button key={action} disabled={isGone} onClick={() => acts.move(action)}>
          {t(`action.${action}`)} <kbd>{action === 'correct' ? 'C' : 'M'}</kbd>
        </Button>
      ))}
      <Button type={isGone ? 'primary' : 'default'} disabled={isLast && !isGone} onClick={acts.next}>
        {t(isGone ? 'review.goOn' : 'review.later')} <kbd>N</kbd>
      </Button>
    </>
  );
}

function Pictures({ item, detail }: { item: CaseItem; detail: CaseDetail | undefined }) {
  const { t } = useTranslation();
  const all = detail ? pictures(detail) : [];
  const wide = all.find(({ kind }) => kind === 'wide') ?? all[0];
  const image = useImage(wide && evidenceUrl(wide, item.case_id));
  const close = all.find(({ kind }) => kind === 'close');
  return (
    <div className="page-fill">
      <div className="review-picture" style={{ flex: 1 }}>
        {image.url ? <img src={image.url} alt={t(`kind.${wide?.kind ?? 'wide'}`)} /> : null}
        {image.failed ? <span className="thumb none">{t('case.pictureGone')}</span> : null}
      </div>
      {close ? (
        <div className="row" style={{ flex: '0 0 150px', alignItems: 'stretch' }}>
          {all
            .filter((picture) => picture !== wide)
            .slice(0, 4)
            .map((picture) => (
              <Picture
                key={picture.key}
                src={evidenceUrl(picture, item.case_id)}
                alt={t(`kind.${picture.kind}`)}
                missing={t('case.pictureGone')}
                style={{ width: 'auto', height: 150, aspectRatio: 'auto' }}
              />
            ))}
        </div>
      ) : null}
    </div>
  );
}

function About(props: { item: CaseItem; detail: CaseDetail | undefined; place: number | undefined; number: number }) {
  const { item, detail, place, number } = props;
  const { t } = useTranslation();
  const language = useLanguage();
  const cameras = useCameras().data;
  const [report] = detail?.events ?? [];
  const camera = item.camera_ids[0] ?? '';
  return (
    <Card
      size="small"
      title={<MatterName code={item.matter} />}
      extra={<span className="muted">{`${place === undefined ? '–' : place + 1} / ${number}`}</span>}
    >
      <dl className="facts">
        <dt>{t('cases.cameras')}</dt>
        <dd>{cameraName(cameras?.find(({ camera_id: id }) => id === camera), camera, language)}</dd>
        <dt>{t('case.zone')}</dt>
        <dd>{report?.zone ? <ZoneName camera={report.camera_id ?? ''} id={report.zone} /> : null}</dd>
        <dt>{t('case.thing')}</dt>
        <dd>{report?.class_name ? thingName(report.class_name, language) : ''}</dd>
        <dt>{t('case.confidence')}</dt>
        <dd>{typeof report?.confidence !== 'number' ? '' : `${(report.confidence * 100).toFixed(0)} %`}</dd>
        <dt>{t('case.firstSeen')}</dt>
        <dd>{report ? <Moment at={report.first_seen_at} /> : null}</dd>
        <dt>{t('cases.case')}</dt>
        <dd>
          <Link className="mono" to={`/cases/${encodeURIComponent(item.case_id)}`}>
            {item.case_id}
          </Link>
        </dd>
      </dl>
    </Card>
  );
}

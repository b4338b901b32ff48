import { Button, Card, Modal } from 'antd';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useSearchParams } from 'react-router';

import { evidenceUrl, type CaseDetail, type CaseItem } from '../api/client';
import { usePerson } from '../api/account';
import { useCameras, useCase, useCases, useMoves } from '../api/queries';
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
import { useDecisions } from './review/useDecisions';

const REASONS = ['shadow', 'person', 'moving', 'allowed', 'other_thing'] as const;

/** Doubtful reports, one after the other, decided with single keys. The oldest waits first. */
export function Review() {
  const { t } = useTranslation();
  const cases = useCases({ state: ['review'] }, 500);
  const items = useMemo(() => [...(cases.data?.pages[0]?.items ?? [])].reverse(), [cases.data]);
  if (cases.isPending) return <Waiting />;
  return (
    <div className="page-body page-fill">
      <div>
        <div className="row">
          <h1 className="page">{t('review.title')}</h1>
          <span className="pill" role="status">
            {t('review.left', { count: items.length })}
          </span>
        </div>
        <span className="muted">{t('review.hint')}</span>
      </div>
      {cases.isError ? <Failure error={cases.error} onRetry={() => void cases.refetch()} /> : null}
      <Queue items={items} />
    </div>
  );
}

function Queue({ items }: { items: CaseItem[] }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const person = usePerson();
  const [moving, setMoving] = useState<{ offer: Offer; item: CaseItem }>();
  const [parameters, setParameters] = useSearchParams();
  const [asksReason, setAsksReason] = useState(false);
  const [asksPerson, setAsksPerson] = useState(false);
  const decisions = useDecisions();
  // What is decided is gone from here, though the node may not have said so yet.
  const open = items.filter(({ case_id: id }) => !decisions.waiting.some(({ caseId }) => caseId === id));
  const wanted = parameters.get('case');
  const place = Math.max(0, open.findIndex(({ case_id: id }) => id === wanted));
  const current = open[place];
  const detail = useCase(current?.case_id);
  const moves = useMoves(current?.case_id ?? '', current?.version ?? 0, current && person?.name);
  const further = offers(moves.data ?? []).filter(({ action }) => action === 'correct' || action === 'merge_into');

  const show = (item: CaseItem | undefined) => {
    if (item) setParameters({ case: item.case_id }, { replace: true });
  };
  const go = (step: number) => show(open[(place + step + open.length) % open.length]);
  const decide = (action: 'file' | 'decline', reason: string) => {
    setAsksReason(false);
    if (!current) return;
    if (person === undefined) return setAsksPerson(true);
    decisions.add({ caseId: current.case_id, matter: current.matter, version: current.version, action, reason });
    if (open.length > 1) go(1);
  };
  const undo = () => {
    const taken = decisions.undo(t('review.takenBack'));
    if (taken) setParameters({ case: taken }, { replace: true });
  };
  const move = (action: Offer['action']) => {
    const offer = further.find((each) => each.action === action);
    if (offer && current) setMoving({ offer, item: current });
  };
  const keys: Record<string, () => void> = {
    u: undo,
    f: () => decide('file', ''),
    x: () => setAsksReason(true),
    c: () => move('correct'),
    m: () => move('merge_into'),
    n: () => go(1),
    p: () => go(-1),
    o: () => current && void navigate(`/cases/${encodeURIComponent(current.case_id)}`),
  };
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && event.target.matches('input, textarea, select');
      if (typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat || asksPerson || moving) return;
      const number = Number(event.key);
      if (asksReason && number >= 1 && number <= REASONS.length) {
        decide('decline', t(`review.reasons.${REASONS[number - 1] ?? 'other_thing'}`));
      } else if (!asksReason) keys[event.key.toLowerCase()]?.();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  });

  return (
    <div className="review">
      {current ? <Pictures key={current.case_id} item={current} detail={detail.data} /> : <Nothing title={t(decisions.waiting.length ? 'review.lastOnes' : 'review.empty')} hint={t('review.emptyHint')} />}
      <div className="stack">
        {current ? (
          <>
            <About item={current} detail={detail.data} place={place} number={open.length} />
            <Button type="primary" size="large" onClick={() => decide('file', '')}>
              {t('review.confirm')} <kbd>F</kbd>
            </Button>
            <Button size="large" danger onClick={() => setAsksReason(true)}>
              {t('review.reject')} <kbd>X</kbd>
            </Button>
            {further.map((offer) => (
              <Button key={offer.action} onClick={() => setMoving({ offer, item: current })}>
                {t(`action.${offer.action}`)} <kbd>{offer.action === 'correct' ? 'C' : 'M'}</kbd>
              </Button>
            ))}
            <Button onClick={() => go(1)} disabled={open.length < 2}>
              {t('review.later')} <kbd>N</kbd>
            </Button>
          </>
        ) : null}
        <Button onClick={undo} disabled={!decisions.canUndo}>
          {t('action.undoLast')} <kbd>U</kbd>
        </Button>
        <div className="muted">
          {t('review.keys')}: {t('review.keysHint')}
        </div>
        <DecisionsMade decisions={decisions} onBack={(id) => setParameters({ case: id }, { replace: true })} />
      </div>
      <Modal open={asksReason} title={t('review.reason')} footer={null} onCancel={() => setAsksReason(false)} width={360}>
        <div className="stack" style={{ gap: 8 }}>
          {REASONS.map((reason, index) => (
            <Button key={reason} block style={{ justifyContent: 'flex-start' }} onClick={() => decide('decline', t(`review.reasons.${reason}`))}>
              <kbd>{index + 1}</kbd> {t(`review.reasons.${reason}`)}
            </Button>
          ))}
        </div>
      </Modal>
      {moving === undefined ? null : (
        <MoveDialog
          item={moving.item}
          offer={moving.offer}
          onMoved={(moved) => decisions.remember(moved)}
          onClose={() => setMoving(undefined)}
        />
      )}
      <SignInDialog open={asksPerson} onClose={() => setAsksPerson(false)} />
    </div>
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

function About(props: { item: CaseItem; detail: CaseDetail | undefined; place: number; number: number }) {
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
      extra={<span className="muted">{`${place + 1} / ${number}`}</span>}
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

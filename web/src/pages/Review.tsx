import { App, Button, Card, Modal } from 'antd';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useSearchParams } from 'react-router';

import { evidenceUrl, type CaseDetail, type CaseItem } from '../api/client';
import { usePerson } from '../api/account';
import { useCameras, useCase, useCases, useDecision, useMoves } from '../api/queries';
import { cameraName, Failure, MatterName, Moment, Nothing, useFailureText } from '../components/parts';
import { useImage } from '../components/image';
import { Picture } from '../components/Picture';
import { Waiting } from '../components/Waiting';
import { offers, pictures, type Offer } from '../domain/cases';
import { useLanguage } from '../i18n';
import { SignInDialog } from '../layout/SignIn';
import { MoveDialog } from './case/Moves';

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
      {items.length === 0 ? (
        <Nothing title={t('review.empty')} hint={t('review.emptyHint')} />
      ) : (
        <Queue items={items} />
      )}
    </div>
  );
}

function Queue({ items }: { items: CaseItem[] }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const navigate = useNavigate();
  const person = usePerson();
  const decision = useDecision();
  const [moving, setMoving] = useState<Offer>();
  const [parameters, setParameters] = useSearchParams();
  const [asksReason, setAsksReason] = useState(false);
  const [asksPerson, setAsksPerson] = useState(false);
  const [last, setLast] = useState<{ caseId: string; version: number }>();
  const [done, setDone] = useState({ filed: 0, declined: 0 });
  const failure = useFailureText(decision.error);
  const wanted = parameters.get('case');
  const place = Math.max(0, items.findIndex(({ case_id: id }) => id === wanted));
  const current = items[place];
  const detail = useCase(current?.case_id);
  const moves = useMoves(current?.case_id ?? '', current?.version ?? 0, current && person?.name);
  const further = offers(moves.data ?? []).filter(({ action }) => action === 'correct' || action === 'merge_into');

  const go = (step: number) => {
    const next = items[(place + step + items.length) % items.length];
    if (next) setParameters({ case: next.case_id }, { replace: true });
  };
  const decide = (action: 'file' | 'decline', reason: string) => {
    if (!current || decision.isPending) return;
    if (person === undefined) return setAsksPerson(true);
    const following = items[(place + 1) % items.length];
    decision.mutate(
      { caseId: current.case_id, action, reason, version: current.version },
      {
        onSuccess: (moved) => {
          setLast({ caseId: moved.case_id, version: moved.version });
          setDone((before) =>
            action === 'file' ? { ...before, filed: before.filed + 1 } : { ...before, declined: before.declined + 1 },
          );
          if (following && following !== current) setParameters({ case: following.case_id }, { replace: true });
        },
        onError: () => void message.error(failure.title || t('error.unknown')),
      },
    );
    setAsksReason(false);
  };
  const undo = () => {
    if (last === undefined || decision.isPending) return;
    decision.mutate({ caseId: last.caseId, action: 'undo', reason: t('review.takenBack'), version: last.version }, { onSuccess: () => setLast(undefined) });
  };
  const keys: Record<string, () => void> = {
    u: undo,
    f: () => decide('file', ''),
    x: () => setAsksReason(true),
    c: () => setMoving(further.find(({ action }) => action === 'correct')),
    m: () => setMoving(further.find(({ action }) => action === 'merge_into')),
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

  if (!current) return null;
  return (
    <div className="review">
      <Pictures item={current} detail={detail.data} />
      <div className="stack">
        <About item={current} detail={detail.data} place={place} number={items.length} />
        <Button type="primary" size="large" onClick={() => decide('file', '')} loading={decision.isPending}>
          {t('review.confirm')} <kbd>F</kbd>
        </Button>
        <Button size="large" danger onClick={() => setAsksReason(true)}>
          {t('review.reject')} <kbd>X</kbd>
        </Button>
        {further.map((offer) => (
          <Button key={offer.action} onClick={() => setMoving(offer)}>
            {t(`action.${offer.action}`)} <kbd>{offer.action === 'correct' ? 'C' : 'M'}</kbd>
          </Button>
        ))}
        <Button onClick={() => go(1)} disabled={items.length < 2}>
          {t('review.later')} <kbd>N</kbd>
        </Button>
        <Button onClick={undo} disabled={last === undefined}>
          {t('action.undoLast')} <kbd>U</kbd>
        </Button>
        <div className="muted">
          {t('review.keys')}: {t('review.keysHint')}
        </div>
        {done.filed + done.declined > 0 ? <div role="status">{t('review.done', done)}</div> : null}
        {decision.isError ? <Failure error={decision.error} /> : null}
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
          item={current}
          offer={moving}
          onMoved={(moved) => setLast({ caseId: moved.case_id, version: moved.version })}
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
        <dd className="mono">{report?.zone ?? ''}</dd>
        <dt>{t('case.thing')}</dt>
        <dd className="mono">{report?.class_name ?? ''}</dd>
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

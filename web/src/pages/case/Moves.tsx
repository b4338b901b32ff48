import { App, AutoComplete, Button, Form, Input, Modal, Select, Tooltip } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useMay } from '../../api/access';
import type { CaseDetail, CaseItem } from '../../api/client';
import { usePerson } from '../../api/account';
import { useCase, useCases, useCity, useDecision, useMoves, useReadCase } from '../../api/queries';
import { Failure, StateMark } from '../../components/parts';
import { offers, pictures, type Offer } from '../../domain/cases';
import { countOfPeople } from '../../domain/photos';
import { nameOf, useLanguage } from '../../i18n';
import { SignInDialog } from '../../layout/SignIn';
import { Outdated } from '../../seen/Outdated';
import { useSeenWrite, type Clash } from '../../seen/useSeenWrite';
import { HistoryLine } from './History';
import { PhotoPicker } from './PhotoPicker';
import { usePhotos } from './usePhotos';

/**
 * The moves that are legal now, and nothing else.
 *
 * None until the case `isRead` as it is now: a page that was left shows what it was then while it asks, and a decision on
 * that would be refused.
 */
export function Moves({ item, isRead, onMoved }: { item: CaseItem; isRead: boolean; onMoved?: () => void }) {
  const { t } = useTranslation();
  const person = usePerson();
  const [chosen, setChosen] = useState<Offer>();
  const [signing, setSigning] = useState(false);
  const moves = useMoves(item.case_id, item.version, person?.name);
  const possible = isRead ? offers(moves.data ?? []) : [];
  if (person === undefined) {
    return (
      <div className="row">
        <Button type="primary" onClick={() => setSigning(true)}>
          {t('account.toAct')}
        </Button>
        <SignInDialog open={signing} onClose={() => setSigning(false)} />
      </div>
    );
  }
  return (
    <div className="row wrap" role="group" aria-label={t('case.moves')} aria-busy={!isRead} style={{ minHeight: 32 }}>
      {possible.map((offer) => (
        <Tooltip key={offer.action} title={t(`actionHint.${offer.action}`)}>
          <Button
            type={offer.tone === 'primary' ? 'primary' : 'default'}
            danger={offer.tone === 'danger'}
            onClick={() => setChosen(offer)}
          >
            {t(`action.${offer.action}`)}
          </Button>
        </Tooltip>
      ))}
      {isRead && moves.data && possible.every(({ action }) => action === 'note') ? <span className="muted">{t('case.noMoves')}</span> : null}
      {chosen === undefined ? null : <MoveDialog item={item} offer={chosen} onMoved={onMoved} onClose={() => setChosen(undefined)} />}
    </div>
  );
}

/** What has become of a case since somebody decided on it. */
export function Since({ clash: { before, now, newest } }: { clash: Clash<CaseItem | CaseDetail> }) {
  const { t } = useTranslation();
  const lines = 'history' in now ? now.history.filter(({ sequence }) => sequence > before.version) : [];
  return (
    <Outdated newest={newest}>
      <div className="row">
        {t('seen.now', { text: '' })} <StateMark state={now.state} resolution={now.resolution} />
      </div>
      {lines.length ? (
        <>
          <div>{t('seen.since')}</div>
          <ul className="lines">
            {lines.map((line) => (
              <li key={line.sequence}>
                <HistoryLine line={line} />
              </li>
            ))}
          </ul>
        </>
      ) : null}
    </Outdated>
  );
}

const DAY_MS = 86_400_000;
const SUSPENSIONS_DAYS = [1, 3, 7, 30, 90, 180];

interface Wish {
  reason?: string;
  department?: string;
  days?: number;
  matter?: string;
  into?: string;
}

/** Asks for what a move needs, and makes it. */
export function MoveDialog({ item, offer, onMoved, onClose }: { item: CaseItem; offer: Offer; onMoved?: (moved: CaseItem) => void; onClose: () => void }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const may = useMay();
  const language = useLanguage();
  const city = useCity().data;
  const decision = useDecision();
  const readCase = useReadCase();
  const near = useCases({ open: true, camera: item.camera_ids[0] }, 20, offer.needs.includes('into'));
  const [form] = Form.useForm<Wish>();
  const takesPhotos = offer.action === 'handle' && may('POST /api/v1/cases/{case_id}/pictures');
  const detail = useCase(takesPhotos ? item.case_id : undefined).data;
  const [taken, setTaken] = useState<number>();
  if (detail && taken === undefined) setTaken(countOfPeople(pictures(detail).map(({ key }) => key)));
  const photos = usePhotos(item.case_id, taken ?? 0);

  // What the person saw when they decided: a case that has changed since is not moved.
  const { clash, isPending, error, send } = useSeenWrite<CaseItem | CaseDetail, Wish, CaseItem>({
    opened: item,
    read: () => readCase(item.case_id),
    write: async (seen, { reason, department, days, matter, into }) => {
      const evidence = await photos.send('after', reason?.trim().slice(0, 500) || t('photos.withMove'));
      // Each picture is a line of the history: a case that nobody else has changed is so much further.
      const known = new Set('history' in seen ? pictures(seen).map(({ key }) => key) : []);
      const added = evidence.filter(({ key }) => !known.has(key)).length;
      return decision.mutateAsync({
        caseId: item.case_id,
        action: offer.action,
        reason: reason?.trim() ?? '',
        department,
        until: days ? new Date(Date.now() + days * DAY_MS).toISOString() : undefined,
        matter,
        into: into?.trim(),
        evidence,
        version: seen.version + added,
      });
    },
  });
  const go = (wish: Wish) =>
    send(wish, (moved) => {
      void message.success(t('case.done', { state: t(`state.${moved.state}`) }));
      onMoved?.(moved);
      onClose();
    });

  // Cancelled while its pictures are being sent, a move is not made. While it is sent itself, the dialog does not close.
  const cancel = () => {
    photos.cancel();
    onClose();
  };

  const title = t(`action.${offer.action}`);
  return (
    <Modal
      open
      title={title}
      onCancel={cancel}
      onOk={() => form.submit()}
      confirmLoading={decision.isPending}
      okText={clash ? t('seen.again') : title}
      cancelText={t('case.cancel')}
      okButtonProps={{ danger: offer.tone === 'danger', loading: isPending }}
    >
      <p className="muted">{t(`actionHint.${offer.action}`)}</p>
      <Form<Wish> form={form} layout="vertical" onFinish={go} initialValues={{ department: item.department || undefined }}>
        {offer.action === 'dispatch' ? (
          <Form.Item name="department" label={t('cases.department')}>
            <Select options={city?.departments.map((each) => ({ value: each.id, label: each[language] }))} />
          </Form.Item>
        ) : null}
        {offer.needs.includes('until') ? (
          <Form.Item name="days" label={t('case.until')} initialValue={SUSPENSIONS_DAYS[1]}>
            <Select options={SUSPENSIONS_DAYS.map((days) => ({ value: days, label: t('case.days', { count: days }) }))} />
          </Form.Item>
        ) : null}
        {offer.needs.includes('matter') ? (
          <Form.Item name="matter" label={t('cases.matter')} rules={[{ required: true, message: t('case.needed') }]}>
            <Select options={city?.matters.map((each) => ({ value: each.id, label: each[language] }))} />
          </Form.Item>
        ) : null}
        {offer.needs.includes('into') ? (
          <Form.Item name="into" label={t('case.into')} rules={[{ required: true, whitespace: true, message: t('case.needed') }]}>
            <AutoComplete
              className="mono"
              options={near.data?.pages[0]?.items
                .filter(({ case_id: id }) => id !== item.case_id)
                .map(({ case_id: value, matter }) => ({ value, label: `${value} · ${nameOf(city, 'matters', matter, language)}` }))}
            />
          </Form.Item>
        ) : null}
        <Form.Item
          name="reason"
          label={offer.needsReason ? t('case.reason') : t('case.note')}
          rules={offer.needsReason ? [{ required: true, whitespace: true, message: t('case.reasonNeeded') }] : []}
        >
          <Input.TextArea rows={3} maxLength={4000} />
        </Form.Item>
      </Form>
      <div className="stack">
        {takesPhotos ? (
          <fieldset className="bare">
            <legend>{t('photos.withMove')}</legend>
            <PhotoPicker photos={photos} taken={taken ?? 0} />
          </fieldset>
        ) : null}
        {clash ? <Since clash={clash} /> : null}
        {error && !photos.list.some((photo) => photo.error) ? <Failure error={error} /> : null}
      </div>
    </Modal>
  );
}

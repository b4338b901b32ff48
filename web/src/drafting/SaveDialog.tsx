import { Alert, Input, Modal } from 'antd';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { ApiError } from '../api/client';
import { Refused } from '../camera/Faults';
import { Conflict, type Looks } from './Conflict';
import type { Kept } from './draft';
import { merge, type Shape, type Side } from './merge';
import type { Desk } from './useDraft';

export interface Wish<T> {
  file: T;
  etag: string;
  note: string;
}

interface Props<T, P extends string, S> {
  desk: Desk<T, P>;
  shape: Shape<T, P>;
  looks: Looks<P>;
  save: (wish: Wish<T>) => Promise<S>;
  /** Reads what the node keeps now. */
  newest: () => Promise<Kept<T>>;
  onSaved: (saved: S) => void;
  onClose: () => void;
  /** Both sides at one glance, where somebody else was first. */
  beside?: (theirs: Kept<T>) => ReactNode;
  /** What else is asked. */
  children?: ReactNode;
}

/** Shows what will change, and saves it. Where somebody else was first, both changes stand side by side. */
export function SaveDialog<T, P extends string, S>(props: Props<T, P, S>) {
  const { desk, shape, looks, save, newest, onSaved, onClose, beside, children } = props;
  const { t } = useTranslation();
  const { draft, act } = desk;
  const [note, setNote] = useState('');
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<ApiError>();
  const [theirs, setTheirs] = useState(desk.newer);
  const [choices, setChoices] = useState<ReadonlyMap<P, Side>>(new Map());
  const merged = theirs ? merge(shape, draft.base.file, draft.file, theirs.file) : undefined;
  const undecided = merged?.clashes.some(({ part }) => !choices.has(part)) ?? false;
  const choose = (part: P) => choices.get(part) ?? 'mine';
  const file = merged ? merged.file(choose) : draft.file;
  const changes = shape.differences((theirs ?? draft.base).file, file);

  const send = async () => {
    setPending(true);
    setError(undefined);
    try {
      const saved = await save({ file, etag: (theirs ?? draft.base).etag, note: note.trim() });
      act({ kind: 'begin', base: await newest() });
      onSaved(saved);
      onClose();
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      if (failure.status === 412) setTheirs(await newest());
      else setError(failure);
    } finally {
      setPending(false);
    }
  };

  return (
    <Modal
      open
      width={theirs ? 980 : 620}
      title={theirs ? t('conflict.title') : t('saving.title')}
      okText={theirs ? t('conflict.save') : t('saving.save')}
      cancelText={t('saving.goOn')}
      confirmLoading={pending}
      okButtonProps={{ disabled: undecided || changes.length === 0 }}
      onOk={() => void send()}
      onCancel={() => {
        if (theirs && theirs.version > draft.base.version && !undecided && choices.size > 0) act({ kind: 'rebase', onto: theirs, choose });
        onClose();
      }}
    >
      <div className="stack">
        {theirs && merged ? (
          <Conflict
            looks={looks}
            theirs={theirs}
            merged={merged}
            choices={choices}
            onChoose={(part, side) => setChoices(new Map(choices).set(part, side))}
            onTakeTheirs={() => {
              act({ kind: 'begin', base: theirs });
              onClose();
            }}
          >
            {beside?.(theirs)}
          </Conflict>
        ) : (
          looks.list(changes)
        )}
        {theirs && changes.length === 0 ? <Alert type="info" showIcon title={t('conflict.nothingLeft')} /> : null}
        <label className="stack tight">
          {t('saving.note')}
          <Input value={note} maxLength={400} placeholder={t('saving.noteHint')} onChange={({ target }) => setNote(target.value)} />
        </label>
        {children}
        {error ? <Refused error={error} /> : null}
      </div>
    </Modal>
  );
}

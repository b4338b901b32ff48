import { Alert, App, Input, Modal, Radio } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { ApiError } from '../api/client';
import { useNewest, useSaveCamera, type View } from '../api/configuration';
import { Conflict } from './Conflict';
import { DifferenceList } from './Differences';
import type { Kept } from './draft';
import { Refused } from './Faults';
import { differences, merge, type PartKey } from './file';
import type { Desk } from './useDraft';

/** Shows what will change, and saves it. Where somebody else was first, both changes stand side by side. */
export function SaveDialog({ desk, onClose }: { desk: Desk; onClose: () => void }) {
  const { t } = useTranslation();
  const { message, notification } = App.useApp();
  const { draft, act } = desk;
  const id = draft.file.id;
  const save = useSaveCamera(id);
  const newest = useNewest(id);
  const [note, setNote] = useState('');
  const [view, setView] = useState<View>('auto');
  const [theirs, setTheirs] = useState<Kept | undefined>(desk.newer);
  const [choices, setChoices] = useState<ReadonlyMap<PartKey, 'mine' | 'theirs'>>(new Map());
  const merged = theirs ? merge(draft.base.file, draft.file, theirs.file) : undefined;
  const undecided = merged?.clashes.some(({ part }) => !choices.has(part)) ?? false;
  const file = merged ? merged.file((part) => choices.get(part) ?? 'mine') : draft.file;
  const changes = differences((theirs ?? draft.base).file, file);

  const send = async () => {
    try {
      const saved = await save.mutateAsync({ file, etag: (theirs ?? draft.base).etag, note: note.trim(), view });
      act({ kind: 'begin', base: await newest() });
      void message.success(t(saved.effect === 'at_next_start' ? 'saving.doneLater' : 'saving.done', { version: saved.version }));
      for (const notice of saved.notices) notification.warning({ title: notice, duration: 12 });
      onClose();
    } catch (error) {
      if (error instanceof ApiError && error.status === 412) setTheirs(await newest());
      else if (!(error instanceof ApiError)) throw error;
    }
  };

  return (
    <Modal
      open
      width={theirs ? 980 : 620}
      title={theirs ? t('conflict.title') : t('saving.title')}
      okText={theirs ? t('conflict.save') : t('saving.save')}
      cancelText={t('saving.goOn')}
      confirmLoading={save.isPending}
      okButtonProps={{ disabled: undecided || changes.length === 0 }}
      onOk={() => void send()}
      onCancel={() => {
        if (theirs && theirs.version > draft.base.version && !undecided && choices.size > 0) {
          act({ kind: 'rebase', onto: theirs, choose: (part) => choices.get(part) ?? 'mine' });
        }
        onClose();
      }}
    >
      <div className="stack">
        {theirs && merged ? (
          <Conflict
            base={draft.base}
            mine={draft.file}
            theirs={theirs}
            merged={merged}
            choices={choices}
            onChoose={(part, side) => setChoices(new Map(choices).set(part, side))}
            onTakeTheirs={() => {
              act({ kind: 'begin', base: theirs });
              onClose();
            }}
          />
        ) : (
          <DifferenceList items={changes} />
        )}
        {theirs && changes.length === 0 ? <Alert type="info" showIcon title={t('conflict.nothingLeft')} /> : null}
        <label className="stack tight">
          {t('saving.note')}
          <Input value={note} maxLength={400} placeholder={t('saving.noteHint')} onChange={(event) => setNote(event.target.value)} />
        </label>
        <fieldset className="bare">
          <legend>{t('saving.view')}</legend>
          <Radio.Group
            value={view}
            onChange={(event) => setView(event.target.value as View)}
            options={[
              { value: 'auto', label: t('saving.viewSame') },
              { value: 'new', label: t('saving.viewNew') },
            ]}
          />
          {view === 'new' ? <div className="muted">{t('saving.viewNewHint')}</div> : null}
        </fieldset>
        {save.isError && !(save.error instanceof ApiError && save.error.status === 412) ? <Refused error={save.error} /> : null}
      </div>
    </Modal>
  );
}

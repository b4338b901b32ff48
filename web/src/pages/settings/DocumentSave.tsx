import { Alert, Button, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { ApiError } from '../../api/client';
import { useNewestDocument, useSaveDocument, type DocumentSaved, type KeptDocument } from '../../api/documents';
import { Refused } from '../../camera/Faults';
import { Moment } from '../../components/parts';
import { changesOf, type Content } from '../../domain/documents';
import { DocumentChanges } from './DocumentChanges';

interface Props {
  base: KeptDocument;
  content: Content;
  /** What somebody else has saved since `base`, where that is known already. */
  newer?: KeptDocument;
  onSaved: (saved: DocumentSaved, kept: KeptDocument) => void;
  onTakeTheirs: (theirs: KeptDocument) => void;
  onClose: () => void;
}

/** Shows what will change, and saves it. Where somebody else was first, theirs stands beside mine. */
export function DocumentSave({ base, content, newer, onSaved, onTakeTheirs, onClose }: Props) {
  const { t } = useTranslation();
  const save = useSaveDocument(base.name);
  const newest = useNewestDocument(base.name);
  const [note, setNote] = useState('');
  const [theirs, setTheirs] = useState(newer);
  const conflicts = save.error instanceof ApiError && save.error.status === 412;

  const send = async () => {
    try {
      const saved = await save.mutateAsync({ content, etag: (theirs ?? base).etag, note: note.trim() });
      onSaved(saved, await newest());
    } catch (error) {
      if (error instanceof ApiError && error.status === 412) setTheirs(await newest());
      else if (!(error instanceof ApiError)) throw error;
    }
  };

  return (
    <Modal
      open
      width={theirs ? 980 : 620}
      title={t('saving.title')}
      okText={theirs ? t('settings.keepMine') : t('settings.save')}
      okButtonProps={{ danger: theirs !== undefined }}
      cancelText={t('case.cancel')}
      confirmLoading={save.isPending}
      onOk={() => void send()}
      onCancel={onClose}
    >
      <div className="stack">
        {theirs ? (
          <Beside base={base} content={content} theirs={theirs} onTakeTheirs={() => onTakeTheirs(theirs)} />
        ) : (
          <DocumentChanges changes={changesOf(base.content, content)} />
        )}
        <label className="stack tight">
          {t('saving.note')}
          <Input value={note} maxLength={400} placeholder={t('saving.noteHint')} onChange={({ target }) => setNote(target.value)} />
        </label>
        {save.isError && !conflicts ? <Refused error={save.error} /> : null}
      </div>
    </Modal>
  );
}

interface BesideProps {
  base: KeptDocument;
  content: Content;
  theirs: KeptDocument;
  onTakeTheirs: () => void;
}

function Beside({ base, content, theirs, onTakeTheirs }: BesideProps) {
  const { t } = useTranslation();
  const who = theirs.changed_by || t('versions.byHand');
  const sides = [
    { title: t('conflict.mine'), changes: changesOf(base.content, content) },
    { title: t('conflict.theirs', { who }), changes: changesOf(base.content, theirs.content) },
  ];
  return (
    <>
      <Alert
        type="warning"
        showIcon
        role="alert"
        title={
          <>
            {t('saving.newer', { who, version: theirs.version })}
            {theirs.changed_at ? <> (<Moment at={theirs.changed_at} />)</> : null}
            {theirs.note ? <span className="muted"> · {theirs.note}</span> : null}
          </>
        }
        description={t('settings.conflictHint')}
        action={<Button onClick={onTakeTheirs}>{t('settings.takeTheirs')}</Button>}
      />
      <div className="beside">
        {sides.map(({ title, changes }) => (
          <section key={title} aria-label={title}>
            <h3 className="part">{title}</h3>
            {changes.length ? <DocumentChanges changes={changes} /> : <p className="muted">{t('conflict.none')}</p>}
          </section>
        ))}
      </div>
      <section aria-label={t('settings.overwrites')}>
        <h3 className="part">{t('settings.overwrites')}</h3>
        <DocumentChanges changes={changesOf(theirs.content, content)} />
      </section>
    </>
  );
}

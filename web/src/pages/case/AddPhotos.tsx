import { App, Input, Modal, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import type { PhotoKind } from '../../api/photos';
import { PhotoPicker } from './PhotoPicker';
import { usePhotos } from './usePhotos';

const KINDS: readonly PhotoKind[] = ['after', 'before', 'wide', 'close'];

/** Adds people's pictures to a case. */
export function AddPhotos({ caseId, taken: atFirst, onClose }: { caseId: string; taken: number; onClose: () => void }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  // Those that are sent from here are counted as chosen.
  const [taken] = useState(atFirst);
  const photos = usePhotos(caseId, taken);
  const [kind, setKind] = useState<PhotoKind>('after');
  const [note, setNote] = useState('');
  const rest = photos.list.filter(({ sent }) => sent === undefined);
  const again = rest.some(({ error }) => error !== undefined);
  const send = async () => {
    const done = await photos.send(kind, note.trim() || t('photos.untold', { kind: t(`photos.kinds.${kind}`) })).catch(() => undefined);
    if (done === undefined) return; // it was cancelled, or the picture that was refused says why
    void message.success(t('photos.added', { count: done.length }));
    onClose();
  };
  return (
    <Modal
      open
      title={t('photos.add')}
      okText={again ? t('photos.again') : t('photos.send', { count: rest.length })}
      cancelText={t(photos.sending ? 'case.cancel' : 'photos.close')}
      okButtonProps={{ disabled: rest.length === 0, loading: photos.sending }}
      mask={{ closable: false }}
      onOk={() => void send()}
      onCancel={() => {
        photos.cancel();
        onClose();
      }}
    >
      <div className="stack">
        <PhotoPicker photos={photos} taken={taken} />
        <div className="form-grid">
          <label htmlFor="photo-kind">{t('photos.kind')}</label>
          <Select<PhotoKind>
            id="photo-kind"
            value={kind}
            disabled={photos.sending}
            onChange={setKind}
            options={KINDS.map((value) => ({ value, label: t(`photos.kinds.${value}`) }))}
          />
          <label htmlFor="photo-note">{t('photos.note')}</label>
          <Input id="photo-note" value={note} maxLength={500} disabled={photos.sending} placeholder={t('photos.noteHint')} onChange={({ target }) => setNote(target.value)} />
        </div>
      </div>
    </Modal>
  );
}

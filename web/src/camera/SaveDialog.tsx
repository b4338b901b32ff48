import { App, Radio } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useNewest, useSaveCamera, type View } from '../api/configuration';
import type { Looks } from '../drafting/Conflict';
import * as drafting from '../drafting/SaveDialog';
import { useLanguage } from '../i18n';
import { ZonesBeside } from '../zones/ZonesBeside';
import { DifferenceList, PartName, Values } from './Differences';
import { inLanguage } from './Faults';
import { SHAPE, type PartKey } from './file';
import type { Desk } from './useDraft';

const LOOKS: Looks<PartKey> = {
  name: (part) => <PartName part={part} />,
  list: (items) => <DifferenceList items={items} />,
  values: (before, after) => <Values before={before} after={after} />,
};

/** Saves a camera's file, and asks whether the camera still shows what it showed. */
export function SaveDialog({ desk, onClose }: { desk: Desk; onClose: () => void }) {
  const { t } = useTranslation();
  const { message, notification } = App.useApp();
  const language = useLanguage();
  const { base, file: mine } = desk.draft;
  const save = useSaveCamera(mine.id);
  const newest = useNewest(mine.id);
  const [view, setView] = useState<View>('auto');
  return (
    <drafting.SaveDialog
      desk={desk}
      shape={SHAPE}
      looks={LOOKS}
      save={(wish) => save.mutateAsync({ ...wish, view })}
      newest={newest}
      onSaved={({ effect, version, notices }) => {
        void message.success(t(effect === 'at_next_start' ? 'saving.doneLater' : 'saving.done', { version }));
        for (const notice of notices) notification.warning({ title: inLanguage(notice, language), duration: 12 });
      }}
      onClose={onClose}
      beside={(theirs) => (
        <ZonesBeside
          id={mine.id}
          sides={[
            { title: t('conflict.mine'), zones: mine.zones, ghosts: base.file.zones },
            {
              title: t('conflict.theirs', { who: theirs.changedBy || t('versions.byHand') }),
              zones: theirs.file.zones,
              ghosts: base.file.zones,
            },
          ]}
        />
      )}
    >
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
    </drafting.SaveDialog>
  );
}

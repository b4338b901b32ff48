import { Alert, Button, Radio } from 'antd';
import { useTranslation } from 'react-i18next';

import { Moment } from '../components/parts';
import { ZonesBeside } from '../zones/ZonesBeside';
import { DifferenceList, PartName, Values } from './Differences';
import type { Kept } from './draft';
import type { CameraFile, Merged, PartKey } from './file';

interface Props {
  base: Kept;
  mine: CameraFile;
  theirs: Kept;
  merged: Merged;
  choices: ReadonlyMap<PartKey, 'mine' | 'theirs'>;
  onChoose: (part: PartKey, side: 'mine' | 'theirs') => void;
  onTakeTheirs: () => void;
}

/** Two people changed one camera: what each has done, side by side, and a choice where both touched the same part. */
export function Conflict({ base, mine, theirs, merged, choices, onChoose, onTakeTheirs }: Props) {
  const { t } = useTranslation();
  const who = theirs.changedBy || t('versions.byHand');
  return (
    <>
      <Alert
        type="warning"
        showIcon
        role="alert"
        title={
          <>
            {t('saving.newer', { who, version: theirs.version })} (<Moment at={theirs.changedAt} />)
            {theirs.note ? <span className="muted"> · {theirs.note}</span> : null}
          </>
        }
        description={merged.clashes.length ? t('conflict.choose') : t('conflict.clean')}
        action={<Button onClick={onTakeTheirs}>{t('conflict.takeTheirs')}</Button>}
      />
      <ZonesBeside
        id={mine.id}
        sides={[
          { title: t('conflict.mine'), zones: mine.zones, ghosts: base.file.zones },
          { title: t('conflict.theirs', { who }), zones: theirs.file.zones, ghosts: base.file.zones },
        ]}
      />
      {merged.clashes.map(({ part, mine: own, theirs: other }) => (
        <fieldset key={part} className="bare clash">
          <legend>
            <b>
              <PartName part={part} />
            </b>
          </legend>
          <Radio.Group
            value={choices.get(part)}
            onChange={(event) => onChoose(part, event.target.value as 'mine' | 'theirs')}
            options={[
              { value: 'mine', label: own === undefined ? t('conflict.mineRemoved') : t('conflict.mine') },
              { value: 'theirs', label: other === undefined ? t('conflict.theirsRemoved', { who }) : t('conflict.theirs', { who }) },
            ]}
          />
          {own !== undefined && other !== undefined ? (
            <div>
              <span className="muted">{t('conflict.mineToTheirs')}</span>
              <Values before={own} after={other} />
            </div>
          ) : null}
        </fieldset>
      ))}
      <div className="beside">
        <section>
          <b>{t('conflict.onlyMine')}</b>
          {merged.mine.length ? <DifferenceList items={merged.mine} /> : <p className="muted">{t('conflict.none')}</p>}
        </section>
        <section>
          <b>{t('conflict.onlyTheirs', { who })}</b>
          {merged.theirs.length ? <DifferenceList items={merged.theirs} /> : <p className="muted">{t('conflict.none')}</p>}
        </section>
      </div>
    </>
  );
}

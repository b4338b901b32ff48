import { Alert, Button, Radio } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import { Moment } from '../components/parts';
import type { Kept } from './draft';
import type { Difference, Merged, Side } from './merge';

/** How the parts of a kind of file are shown. */
export interface Looks<P extends string> {
  name: (part: P) => ReactNode;
  list: (items: readonly Difference<P>[]) => ReactNode;
  /** From one value of a part to another. */
  values: (before: unknown, after: unknown, part: P) => ReactNode;
}

interface Props<T, P extends string> {
  looks: Looks<P>;
  theirs: Kept<T>;
  merged: Merged<T, P>;
  choices: ReadonlyMap<P, Side>;
  onChoose: (part: P, side: Side) => void;
  onTakeTheirs: () => void;
  /** Both sides at one glance, where there is a picture of them. */
  children?: ReactNode;
}

/** Two people changed one file: what each has done, side by side, and a choice where both touched the same part. */
export function Conflict<T, P extends string>({ looks, theirs, merged, choices, onChoose, onTakeTheirs, children }: Props<T, P>) {
  const { t } = useTranslation();
  const who = theirs.changedBy || t('versions.byHand');
  const sides = [
    { title: t('conflict.onlyMine'), items: merged.mine },
    { title: t('conflict.onlyTheirs', { who }), items: merged.theirs },
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
            {theirs.changedAt ? <> (<Moment at={theirs.changedAt} />)</> : null}
            {theirs.note ? <span className="muted"> · {theirs.note}</span> : null}
          </>
        }
        description={merged.clashes.length ? t('conflict.choose') : t('conflict.clean')}
        action={<Button onClick={onTakeTheirs}>{t('conflict.takeTheirs')}</Button>}
      />
      {children}
      {merged.clashes.map(({ part, mine: own, theirs: other }) => (
        <fieldset key={part} className="bare clash">
          <legend>
            <b>{looks.name(part)}</b>
          </legend>
          <Radio.Group
            value={choices.get(part)}
            onChange={(event) => onChoose(part, event.target.value as Side)}
            options={[
              { value: 'mine', label: own === undefined ? t('conflict.mineRemoved') : t('conflict.mine') },
              { value: 'theirs', label: other === undefined ? t('conflict.theirsRemoved', { who }) : t('conflict.theirs', { who }) },
            ]}
          />
          {own !== undefined && other !== undefined ? (
            <div>
              <span className="muted">{t('conflict.mineToTheirs')}</span>
              {looks.values(own, other, part)}
            </div>
          ) : null}
        </fieldset>
      ))}
      <div className="beside">
        {sides.map(({ title, items }) => (
          <section key={title} aria-label={title}>
            <b>{title}</b>
            {items.length ? looks.list(items) : <p className="muted">{t('conflict.none')}</p>}
          </section>
        ))}
      </div>
    </>
  );
}

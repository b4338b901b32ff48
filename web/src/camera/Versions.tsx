import { App } from 'antd';
import { useTranslation } from 'react-i18next';

import { keptOf, useRestore, useVersion, useVersions } from '../api/configuration';
import { Failure, Nothing } from '../components/parts';
import * as drafting from '../drafting/Versions';
import { ZonesBeside } from '../zones/ZonesBeside';
import { DifferenceList } from './Differences';
import type { Kept } from './draft';
import { differences } from './file';
import { useMayConfigure } from './SaveBar';

/** Everything this camera's file has ever said: compared with what holds now, and brought back. */
export function Versions({ kept }: { kept: Kept }) {
  const versions = useVersions(kept.file.id);
  return (
    <drafting.Versions
      inForce={kept.version}
      versions={versions}
      comparison={(number, onDone) => <Comparison kept={kept} number={number} onRestored={onDone} />}
    />
  );
}

function Comparison({ kept, number, onRestored }: { kept: Kept; number: number; onRestored: () => void }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const id = kept.file.id;
  const read = useVersion(id, number);
  const restore = useRestore(id);
  const mayConfigure = useMayConfigure();
  if (read.isError) return <Failure error={read.error} onRetry={() => void read.refetch()} />;
  if (!read.data) return <p className="muted">{t('saving.waiting')}</p>;
  if (read.data.configuration === null) return <Nothing title={t('versions.retired')} />;
  const old = keptOf(read.data).file;
  const items = differences(old, kept.file);
  const bringBack = () =>
    restore.mutate(
      { version: number, etag: kept.etag },
      {
        onSuccess: ({ version }) => {
          void message.success(t('versions.restored', { version, number }));
          onRestored();
        },
      },
    );
  return (
    <drafting.Comparison
      number={number}
      inForce={kept.version}
      same={items.length === 0}
      mayRestore={mayConfigure}
      restoring={restore}
      onRestore={bringBack}
    >
      {items.length ? <DifferenceList items={items} /> : null}
      <ZonesBeside
        id={id}
        sides={[
          { title: t('versions.then', { number }), zones: old.zones },
          { title: t('versions.now', { number: kept.version }), zones: kept.file.zones, ghosts: old.zones },
        ]}
      />
    </drafting.Comparison>
  );
}

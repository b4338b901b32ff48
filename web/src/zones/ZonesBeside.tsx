import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';

import { snapshotUrl } from '../api/client';
import type { ZonePart } from '../camera/file';
import { useImage } from '../components/image';
import { useLanguage } from '../i18n';
import { PictureMap } from './PictureMap';
import { shownZones } from './shown';

interface Side {
  title: string;
  zones: readonly ZonePart[];
  /** As they were: drawn with a broken line. */
  ghosts?: readonly ZonePart[];
}

/** The zones of two versions on the same picture, side by side. */
export function ZonesBeside({ id, sides }: { id: string; sides: readonly Side[] }) {
  const { t } = useTranslation();
  const image = useImage(snapshotUrl(id, 'beside'));
  return (
    <div className="beside">
      {sides.map((side) => (
        <figure key={side.title}>
          <figcaption>{side.title}</figcaption>
          {image.size && image.url ? (
            <SidePicture side={side} picture={image.url} size={image.size} />
          ) : (
            <p className="muted">{image.failed ? t('cameras.noPicture') : t('saving.waiting')}</p>
          )}
        </figure>
      ))}
    </div>
  );
}

function SidePicture({ side, picture, size }: { side: Side; picture: string; size: readonly [number, number] }) {
  const language = useLanguage();
  const zones = useMemo(() => shownZones(side.zones, size, language), [side.zones, size, language]);
  const ghosts = useMemo(() => shownZones(side.ghosts ?? [], size, language), [side.ghosts, size, language]);
  return <PictureMap label={side.title} picture={picture} size={size} zones={zones} ghosts={ghosts} mode="view" />;
}

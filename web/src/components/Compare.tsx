import { useState } from 'react';
import { useTranslation } from 'react-i18next';

import { useImage } from './image';

/** Two pictures of the same view, one over the other, with an edge that is dragged or moved with the arrow keys. */
export function Compare({ before, after }: { before: string; after: string }) {
  const { t } = useTranslation();
  const [share, setShare] = useState(50);
  const first = useImage(before);
  const second = useImage(after);
  if (first.failed || second.failed) return <span className="thumb none">{t('case.pictureGone')}</span>;
  if (first.url === undefined || second.url === undefined) return <span className="thumb none" />;
  return (
    <div className="compare">
      <img src={second.url} alt={t('case.after')} />
      <div className="top" style={{ clipPath: `inset(0 ${100 - share}% 0 0)` }}>
        <img src={first.url} alt={t('case.before')} />
      </div>
      <div className="edge" style={{ left: `${share}%` }} />
      <span className="label" style={{ left: 8 }}>
        {t('case.before')}
      </span>
      <span className="label" style={{ right: 8 }}>
        {t('case.after')}
      </span>
      <input
        type="range"
        min={0}
        max={100}
        step={1}
        value={share}
        aria-label={t('case.slider')}
        onChange={(event) => setShare(Number(event.target.value))}
      />
    </div>
  );
}

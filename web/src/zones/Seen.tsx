import { Alert } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';

import type { Sight } from '../api/client';
import { useDetections } from '../api/looks';
import { Failure, Moment } from '../components/parts';
import { useLanguage, type Language } from '../i18n';
import { thingName } from '../i18n/things';
import { scaled } from './geometry';
import type { Box } from './PictureMap';

export interface SeenNow {
  wanted: boolean;
  takenAt?: string;
  sight?: Sight;
  error?: unknown;
  /** The boxes on a picture of a size. */
  boxes: (size: readonly [number, number]) => Box[];
}

/** What the detector sees on a camera now, while it is wanted. */
export function useSeen(id: string, wanted: boolean): SeenNow {
  const language = useLanguage();
  const { data, error } = useDetections(id, wanted);
  return useMemo(() => {
    const sight = wanted ? (data ?? undefined) : undefined;
    return {
      wanted,
      sight,
      takenAt: sight?.taken_at,
      error: wanted ? error : undefined,
      boxes: (size) => (sight ? boxesOf(sight, size, language) : []),
    };
  }, [data, error, wanted, language]);
}

export function boxesOf(sight: Sight, size: readonly [number, number], language: Language): Box[] {
  return sight.detections.map(({ class_name: name, confidence, box_xyxy_px: [x1, y1, x2, y2] }) => {
    const [from, to] = scaled([[x1, y1], [x2, y2]], sight.resolution_wh, size);
    return {
      xyxy: [from?.[0] ?? x1, from?.[1] ?? y1, to?.[0] ?? x2, to?.[1] ?? y2],
      label: `${thingName(name, language)} ${Math.round(confidence * 100)}%`,
    };
  });
}

/** In words what is drawn over the picture, for who cannot see it, and when there is nothing. */
export function Seen({ seen }: { seen: SeenNow }) {
  const { t } = useTranslation();
  const language = useLanguage();
  if (!seen.wanted) return null;
  if (seen.error && !seen.sight) return <Failure error={seen.error} />;
  const { sight } = seen;
  if (!sight) return <p className="muted">{t('cameras.noPicture')}</p>;
  const counts = new Map<string, number>();
  for (const { class_name: name } of sight.detections) counts.set(name, (counts.get(name) ?? 0) + 1);
  return (
    <div>
      <span className="muted">
        <Moment at={sight.taken_at} /> · {sight.model}:{' '}
      </span>
      {counts.size === 0 ? t('zones.seesNothing') : [...counts].map(([name, number]) => `${thingName(name, language)} × ${number}`).join(' · ')}
      {sight.usable ? null : (
        <Alert
          type="warning"
          showIcon
          title={`${t('zones.badView')}: ${sight.faults.map((fault) => t(`fault.${fault}`)).join(', ') || sight.detail}`}
        />
      )}
    </div>
  );
}

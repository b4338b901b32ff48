import type { CameraItem } from '../api/client';

const SLACK = 1.5;

/** Whether a camera is looked at clearly less often than is wanted. */
export function isBehind({ gap_s: gap, look_interval_s: wanted, state }: Pick<CameraItem, 'gap_s' | 'look_interval_s' | 'state'>): boolean {
  return state !== 'paused' && gap !== null && gap !== undefined && gap > SLACK * wanted;
}

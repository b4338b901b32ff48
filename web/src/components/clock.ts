import type { Clock } from '../domain/time';
import { useNames } from './names';

/** How times are written: in the city's zone and the chosen language. */
export function useClock(): Clock {
  return useNames().clock;
}

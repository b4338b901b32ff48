/** One colour a purpose; the name is written in the zone too. */
const COLOURS: Record<string, string> = {
  no_parking: '#ff5a5f',
  fire_lane: '#ff9f1c',
  pavement: '#2ec4b6',
  frontage: '#c77dff',
  bike_bay: '#4cc9f0',
  bin_point: '#a7c957',
  road: '#adb5bd',
};

export const PURPOSES = Object.keys(COLOURS) as Purpose[];
export type Purpose = 'no_parking' | 'fire_lane' | 'pavement' | 'frontage' | 'bike_bay' | 'bin_point' | 'road';

export function isPurpose(value: string): value is Purpose {
  return value in COLOURS;
}

export function colourOf(purpose: string): string {
  return COLOURS[purpose] ?? '#ffffff';
}

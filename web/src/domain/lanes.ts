import type { CaseCounts, CaseState, Due } from '../api/client';
import type { CaseFilter } from '../api/queries';
import { FINAL, STATES } from './cases';

/** What a board stands in a column: cases of some states, or cases that are due so soon. */
export interface Lane {
  key: LaneKey;
  colour: string;
  filter: CaseFilter;
  number: number | undefined;
}

/** States in the order of a case's way. States that a case only passes through stand with the one that follows. */
const BY_STATE = {
  review: { states: ['reported', 'review'], colour: '#d48806' },
  grace: { states: ['grace'], colour: '#7cb305' },
  dispatch: { states: ['filed', 'returned'], colour: '#d4380d' },
  handling: { states: ['dispatched', 'accepted'], colour: '#1677ff' },
  rework: { states: ['rework'], colour: '#cf1322' },
  checking: { states: ['handled', 'verifying'], colour: '#722ed1' },
  person: { states: ['human_check'], colour: '#c41d7f' },
  suspended: { states: ['suspended'], colour: '#8c8c8c' },
  ended: { states: FINAL, colour: '#389e0d' },
} as const satisfies Record<string, { states: readonly CaseState[]; colour: string }>;

const BY_DUE = {
  overdue: '#cf1322',
  hour: '#d4380d',
  today: '#d48806',
  later: '#1677ff',
  none: '#8c8c8c',
} as const satisfies Record<Due, string>;

export type LaneKey = keyof typeof BY_STATE | keyof typeof BY_DUE;

/** The columns of a board of the cases that a filter leaves. Columns that can hold none of them are left out. */
export function lanesOf(by: 'state' | 'due', filter: CaseFilter, counts: CaseCounts | undefined): Lane[] {
  return by === 'state' ? byState(filter, counts) : byDue(filter, counts);
}

function byState(filter: CaseFilter, counts: CaseCounts | undefined): Lane[] {
  const wanted = STATES.filter(
    (state) => (filter.state?.includes(state) ?? true) && (filter.open === undefined || filter.open !== FINAL.includes(state)),
  );
  return (Object.keys(BY_STATE) as (keyof typeof BY_STATE)[]).flatMap((key) => {
    const states = BY_STATE[key].states.filter((state) => wanted.includes(state));
    if (states.length === 0) return [];
    const number = counts && sum(counts.states.filter(({ state }) => states.includes(state)));
    return [{ key, colour: BY_STATE[key].colour, number, filter: { ...filter, state: states } }];
  });
}

function byDue(filter: CaseFilter, counts: CaseCounts | undefined): Lane[] {
  const dues = Object.keys(BY_DUE) as Due[];
  return dues
    .filter((due) => !filter.overdue || due === 'overdue')
    .map((due) => ({
      key: due,
      colour: BY_DUE[due],
      number: counts && sum(counts.due.filter((each) => each.due === due)),
      filter: { ...filter, due },
    }));
}

function sum(counts: readonly { number: number }[]): number {
  return counts.reduce((total, each) => total + each.number, 0);
}

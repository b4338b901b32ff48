import type { MatterDetail } from '../../api/client';

/** Colour of how far a version of a matter has come. */
export const ADMISSION_COLOUR = { proposed: '#d48806', reviewed: '#1677ff', admitted: '#389e0d', retired: '#8c8c8c' } as const;

/** The version that is in the configuration, without anybody's decision. */
const CONFIGURED = 0;

type Decision = MatterDetail['decisions'][number];

/**
 * The decision by which a matter is filed, or is not filed any more, as `dispatch.catalogue.admission` has it; undefined
 * where nobody has decided it. `at`: when the node told how it stands.
 */
export function decisiveOf({ admitted_version: admitted, decisions }: Pick<MatterDetail, 'admitted_version' | 'decisions'>, at: number): Decision | undefined {
  if (admitted !== null) return decisions.findLast(({ version, state }) => version === admitted && state === 'admitted');
  const turns = decisions
    .filter(({ effective_from: from }) => Date.parse(from) <= at)
    .sort((a, b) => Date.parse(a.effective_from) - Date.parse(b.effective_from));
  const held = turns.findLast(({ state }) => state === 'admitted')?.version ?? CONFIGURED;
  return turns.findLast(({ version, state }) => version === held && state === 'retired');
}

/** How a matter stands on which nobody has decided. */
export function undecidedOf({ admitted_version: admitted, versions, decisions }: MatterDetail): 'configured' | 'proposed' | 'none' {
  if (admitted !== null) return 'configured';
  const isProposed = versions.some(({ version, state }) => version === CONFIGURED && state === 'proposed');
  return isProposed && decisions.length === 0 ? 'proposed' : 'none';
}

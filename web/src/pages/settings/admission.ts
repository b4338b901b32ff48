/** Colour of how far a version of a matter has come. */
export const ADMISSION_COLOUR = { proposed: '#d48806', reviewed: '#1677ff', admitted: '#389e0d', retired: '#8c8c8c' } as const;

/** Colour of how far a version of a matter has come. */
export const ADMISSION_COLOUR = { proposed: 'gold', reviewed: 'blue', admitted: 'green', retired: 'default' } as const;

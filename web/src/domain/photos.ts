/** What the node takes of a picture that a person adds to a case. */
export const MOST_PHOTOS = 20;
export const MOST_BYTES = 12 * 1024 * 1024;
export const PHOTO_TYPE = 'image/jpeg';

export type PhotoFault = 'type' | 'size' | 'empty' | 'many' | 'twice';

/** Why a file cannot be sent; undefined where it can be. `beside`: the files that are chosen already. */
export function faultOf(file: File, beside: readonly File[], taken: number): PhotoFault | undefined {
  if (file.type !== PHOTO_TYPE) return 'type';
  if (file.size === 0) return 'empty';
  if (file.size > MOST_BYTES) return 'size';
  if (beside.some(({ name, size, lastModified }) => name === file.name && size === file.size && lastModified === file.lastModified)) return 'twice';
  return taken + beside.length >= MOST_PHOTOS ? 'many' : undefined;
}

/** How many pictures people have added to a case, by the keys of its pictures. */
export function countOfPeople(keys: readonly string[]): number {
  return keys.filter((key) => key.includes('/case-')).length;
}

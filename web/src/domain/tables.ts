/** The text of a table as spreadsheets write it: UTF-8, or GB 18030 as on a Chinese Windows; undefined where it is neither. */
export function textOfTable(bytes: ArrayBuffer): string | undefined {
  for (const encoding of ['utf-8', 'gb18030']) {
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(bytes);
    } catch {
      // It is not in this one.
    }
  }
  return undefined;
}

import { expect, it } from 'vitest';

import { textOfTable } from './tables';

const bytes = (...each: number[]) => new Uint8Array(each).buffer;

it.each<[string, ArrayBuffer, string | undefined]>([
  ['UTF-8', bytes(0xe4, 0xb8, 0x9c, 0xe9, 0x97, 0xa8), '东门'],
  ['UTF-8 with a byte order mark', bytes(0xef, 0xbb, 0xbf, 0xe4, 0xb8, 0x9c), '东'],
  ['GBK', bytes(0xb6, 0xab, 0xc3, 0xc5), '东门'],
  ['four bytes of GB 18030', bytes(0x95, 0x32, 0x82, 0x36), '\u{20000}'],
  ['no text', bytes(0xff, 0xfe, 0x00), undefined],
])('a table in %s', (_, table, expected) => {
  expect(textOfTable(table)).toBe(expected);
});

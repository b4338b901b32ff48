import { configure, fireEvent, screen, waitFor } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';

import i18n from '../i18n';
import { show } from '../testing/show';
import { ImportCameras } from './ImportCameras';

configure({ asyncUtilTimeout: 10_000 });
vi.setConfig({ testTimeout: 30_000 });
beforeEach(() => i18n.changeLanguage('en'));

const choose = (name: string, bytes: number[]) => {
  const input = document.querySelector('input[type=file]') as HTMLInputElement;
  const content = new Uint8Array(bytes);
  // jsdom has no bytes of a file.
  const file = Object.assign(new File([content], name, { type: 'text/csv' }), { arrayBuffer: () => Promise.resolve(content.buffer) });
  fireEvent.change(input, { target: { files: [file] } });
};

it('reads a table as a Chinese Windows writes it, and keeps it where the next file is no text', async () => {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify({ items: [] }))));
  show(<ImportCameras />);
  choose('cameras.csv', [0xb1, 0xe0, 0xba, 0xc5, 0x2c, 0xc3, 0xfb, 0xb3, 0xc6]);
  const table = screen.getByRole('textbox', { name: 'The table as text' });
  await waitFor(() => expect(table).toHaveProperty('value', '编号,名称'));
  choose('cameras.xls.csv', [0xff, 0xfe, 0x00]);
  await screen.findByText(/cameras.xls.csv is neither UTF-8 nor GB 18030/);
  expect(table).toHaveProperty('value', '编号,名称');
});

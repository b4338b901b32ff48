import { configure, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';

import i18n from '../../i18n';
import { MOST_BYTES, faultOf } from '../../domain/photos';
import { show } from '../../testing/show';
import { AddPhotos } from './AddPhotos';

configure({ asyncUtilTimeout: 20_000 });
vi.setConfig({ testTimeout: 60_000 });
beforeEach(() => i18n.changeLanguage('en'));

const jpeg = (name: string, type = 'image/jpeg') => new File(['x'.repeat(2_000)], name, { type });

/**
 * A node that takes every picture but those of a name, the first time; it tells the keys and kinds that came. A `slow`
 * picture is under way until it is aborted.
 */
function serve(refused: string, slow = '') {
  const came: { kind: string | null; key: string; name: string }[] = [];
  let first = true;
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify({ items: [] }))));
  URL.createObjectURL = () => 'blob:picture';
  URL.revokeObjectURL = () => undefined;
  vi.stubGlobal(
    'XMLHttpRequest',
    class {
      upload: { onprogress?: (progress: object) => void } = {};
      status = 0;
      responseText = '';
      onload: () => void = () => undefined;
      private address = new URL('http://node');
      private key = '';
      open(_method: string, path: string) {
        this.address = new URL(path, 'http://node');
      }
      setRequestHeader(name: string, value: string) {
        if (name === 'Idempotency-Key') this.key = value;
      }
      getResponseHeader = () => '"4"';
      onabort: () => void = () => undefined;
      abort() {
        this.onabort();
      }
      send(file: File) {
        came.push({ kind: this.address.searchParams.get('kind'), key: this.key, name: file.name });
        this.upload.onprogress?.({ lengthComputable: true, loaded: 1, total: 2 });
        const isRefused = file.name === refused && first;
        if (isRefused) first = false;
        this.status = isRefused ? 503 : 201;
        this.responseText = JSON.stringify(
          isRefused ? { title: 'Not available', status: 503, what: 'the database did not answer in time', remedy: 'Try again.' } : { key: `2026/case-a/${file.name}` },
        );
        if (file.name !== slow) setTimeout(() => this.onload(), 0);
      }
    },
  );
  return came;
}

function choose(dialog: HTMLElement, files: File[]) {
  const input = dialog.querySelector('input[type=file]') as HTMLInputElement;
  fireEvent.change(input, { target: { files } });
}

it('says the limits, refuses what cannot be sent, and sends the rest again under the same key', async () => {
  const came = serve('b.jpg');
  const closed = vi.fn();
  show(<AddPhotos caseId="case-a" taken={18} onClose={closed} />);
  const dialog = await screen.findByRole('dialog');
  within(dialog).getByText(/12 MB each at most; 2 of 20/);
  choose(dialog, [jpeg('a.jpg'), jpeg('note.pdf', 'application/pdf'), jpeg('b.jpg'), jpeg('c.jpg')]);
  await within(dialog).findByText('note.pdf: only JPEG pictures are taken.');
  within(dialog).getByText(/c.jpg: a case holds 20/);
  expect(within(dialog).getAllByRole('img', { name: /\.jpg$/ })).toHaveLength(2);
  fireEvent.click(within(dialog).getByRole('button', { name: 'Send 2 pictures' }));
  await within(dialog).findByText('the database did not answer in time');
  within(dialog).getByText('Sent');
  expect(closed).not.toHaveBeenCalled();
  fireEvent.click(within(dialog).getByRole('button', { name: 'Send the rest again' }));
  await waitFor(() => expect(closed).toHaveBeenCalled());
  expect(came.map(({ name, kind }) => [name, kind])).toEqual([['a.jpg', 'after'], ['b.jpg', 'after'], ['b.jpg', 'after']]);
  expect(came[1]?.key).toBe(came[2]?.key);
  expect(came[0]?.key).not.toBe(came[1]?.key);
});

it('sends no more pictures once it was cancelled', async () => {
  const came = serve('', 'b.jpg');
  const closed = vi.fn();
  show(<AddPhotos caseId="case-a" taken={0} onClose={closed} />);
  const dialog = await screen.findByRole('dialog');
  choose(dialog, [jpeg('a.jpg'), new File(['other'], 'b.jpg', { type: 'image/jpeg' }), new File(['more'], 'c.jpg', { type: 'image/jpeg' })]);
  fireEvent.click(await within(dialog).findByRole('button', { name: 'Send 3 pictures' }));
  await waitFor(() => expect(came).toHaveLength(2));
  fireEvent.click(within(dialog).getByRole('button', { name: 'Cancel' }));
  expect(closed).toHaveBeenCalledOnce();
  await waitFor(() => expect(within(dialog).getAllByText('Not sent yet')).toHaveLength(2));
  expect(came.map(({ name }) => name)).toEqual(['a.jpg', 'b.jpg']);
  expect(closed).toHaveBeenCalledOnce();
});

it('knows a file that is too large, empty or chosen twice', () => {
  const big = jpeg('big.jpg');
  Object.defineProperty(big, 'size', { value: MOST_BYTES + 1 });
  expect(faultOf(big, [], 0)).toBe('size');
  expect(faultOf(new File([], 'none.jpg', { type: 'image/jpeg' }), [], 0)).toBe('empty');
  const one = jpeg('a.jpg');
  expect([faultOf(one, [one], 0), faultOf(one, [], 0), faultOf(one, [], 20)]).toEqual(['twice', undefined, 'many']);
});

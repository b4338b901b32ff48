import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { configure, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { App } from 'antd';
import { MemoryRouter } from 'react-router';
import { beforeEach, expect, it, vi } from 'vitest';

import i18n from '../../i18n';
import { Documents } from './Documents';
import { asKind } from './matterFields';

const ROUTES = ['GET /api/v1/configuration', 'PUT /api/v1/configuration/{name}', 'POST /api/v1/configuration'];
const LITTER = {
  code: 'litter',
  names: { en: 'Litter', zh: '垃圾' },
  rule: { kind: 'dwell', classes: ['garbage'], zones: ['pavement'], dwell_s: 120 },
  handling: { department: 'sanitation', limit: { value: 4, clock: 'work_hour' } },
};
const DOCUMENT = {
  name: 'matter.litter', kind: 'matter', has_default: true, name_en: 'Litter', name_zh: '垃圾', version: 0, changed_at: null,
  changed_by: '', origin: 'shipped', note: '', content: LITTER,
};

/** A node with one matter. Returns the bodies of what is sent. */
function serve() {
  const sent: unknown[] = [];
  const reply = (body: object, etag = '"0"') => new Response(JSON.stringify(body), { status: 200, headers: { ETag: etag } });
  vi.stubGlobal('fetch', async (asked: Request) => {
    const path = new URL(asked.url).pathname;
    if (asked.method !== 'GET') {
      sent.push(await asked.json());
      return reply({ ...DOCUMENT, version: 1, effect: 'at_once', notices: [] });
    }
    if (path.endsWith('/rules')) return reply({ items: [] });
    return reply(path.endsWith('/configuration') ? { items: [DOCUMENT] } : DOCUMENT);
  });
  return sent;
}

/** `admitted`: the version of the matter that the catalogue has admitted. */
function show(address: string, admitted: number | null = null) {
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  queries.setQueryData(['me'], { name: 'li', roles: ['operations'], is_guest: false });
  queries.setQueryData(['roles'], [{ role: 'operations', routes: ROUTES }]);
  queries.setQueryData(['city'], { matters: [], departments: [{ id: 'sanitation', en: 'Sanitation', zh: '环卫' }], layers: [] });
  queries.setQueryData(['matters', 'litter'], { matter: 'litter', admitted_version: admitted, versions: [], decisions: [] });
  render(
    <QueryClientProvider client={queries}>
      <App>
        <MemoryRouter initialEntries={[address]}>
          <Documents />
        </MemoryRouter>
      </App>
    </QueryClientProvider>,
  );
}

vi.setConfig({ testTimeout: 60_000 });
configure({ asyncUtilTimeout: 20_000 });
beforeEach(async () => {
  sessionStorage.clear();
  await i18n.changeLanguage('en');
  vi.spyOn(window, 'getComputedStyle').mockReturnValue(document.createElement('div').style);
});

it('is changed in its form, but for what the catalogue has decided', async () => {
  serve();
  show('/settings/documents?document=matter.litter', 0);
  await screen.findByText('To the catalogue');
  expect(screen.getByLabelText('Limit')).toHaveProperty('disabled', true);
  expect(screen.getByLabelText('Filing condition (English)')).toHaveProperty('disabled', true);
  expect(screen.getByLabelText('Incident after, s')).toHaveProperty('disabled', false);
});

it('is free while the catalogue has not decided on it', async () => {
  serve();
  show('/settings/documents?document=matter.litter');
  expect(await screen.findByLabelText('Limit')).toHaveProperty('disabled', false);
});

it('is added as a matter that is not admitted, under its code', async () => {
  const sent = serve();
  show('/settings/documents?add=matter');
  fireEvent.change(await screen.findByLabelText('Code in this program'), { target: { value: 'carts' } });
  fireEvent.change(screen.getByLabelText('Name (English)'), { target: { value: 'Carts' } });
  const add = screen.getAllByText('Add a matter').map((each) => each.closest('button')).find((each) => each !== null);
  fireEvent.click(add ?? document.body);
  await vi.waitFor(() => expect(sent).toHaveLength(1));
  expect(sent[0]).toMatchObject({ name: 'matter.carts', content: { code: 'carts', admitted: false, names: { en: 'Carts', zh: '' } } });
});

it('becomes a rule of another kind with what both kinds have', () => {
  const rule = { kind: 'dwell', classes: ['cart'], zones: ['road'], dwell_s: 60, stopped_s: 5, min_overlap: 0.5 };
  expect(asKind({ code: 'a', rule }, 'density').rule).toEqual({ kind: 'density', classes: ['cart'], zones: ['road'], dwell_s: 60 });
});

it('has fields for severity, re-checks, levels and exceptions, and writes what the file knows', async () => {
  const sent = serve();
  show('/settings/documents?document=matter.litter');
  fireEvent.change(await screen.findByRole('spinbutton', { name: 'Rounds before a person is asked' }), { target: { value: '5' } });
  fireEvent.change(screen.getByRole('spinbutton', { name: 'Weight of the place' }), { target: { value: '2' } });
  fireEvent.click(screen.getByRole('button', { name: /Add a level/ }));
  fireEvent.change(screen.getByRole('textbox', { name: 'Code' }), { target: { value: 'serious' } });
  const level = screen.getByRole('group', { name: 'Level 1' });
  fireEvent.change(within(level).getByRole('spinbutton', { name: 'Limit' }), { target: { value: '2' } });
  fireEvent.click(screen.getByRole('button', { name: /Add an exception/ }));
  fireEvent.click(screen.getByRole('button', { name: /^Save/ }));
  const dialog = await screen.findByRole('dialog');
  fireEvent.click(within(dialog).getByRole('button', { name: /^Save/ }));
  await waitFor(() => expect(sent).toHaveLength(1));
  expect((sent[0] as { content: object }).content).toMatchObject({
    recheck: { tries: 5 },
    severity: { place_weight: 2 },
    handling: {
      department: 'sanitation',
      levels: [{ id: 'serious', names: { en: '', zh: '' }, severity: 0, limit: { value: 2, clock: 'work_hour' } }],
      routes: [{}],
    },
  });
});

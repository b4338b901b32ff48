import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { configure, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { App } from 'antd';
import { MemoryRouter } from 'react-router';
import { beforeEach, expect, it, vi } from 'vitest';

import type { CaseFilter } from '../../api/queries';
import i18n from '../../i18n';
import { Board } from './Board';

const ME = { name: 'li', display_name: 'Li', roles: ['dispatcher'], is_guest: false };

function item(id: string, state: string, due?: string) {
  return {
    case_id: id, matter: 'litter_exposed', state, version: 3, opened_at: '2026-11-22T02:00:00Z', updated_at: '2026-11-22T02:05:00Z',
    event_ids: ['e'], camera_ids: ['gate'], location: { lon: 114, lat: 22, error_m: 2 }, grid: [{ layer: 'unit', code: '4403', name: 'Lakeside', ambiguous: false }],
    department: 'sanitation', level: 'major', deadlines: due ? [{ stage: 'handle', running: true, due_at: due }] : [],
  };
}

/** A node with two cases in handling, one of them on a page of its own, and one in rework. */
function serve() {
  const made: string[] = [];
  const asked: URLSearchParams[] = [];
  vi.stubGlobal('fetch', (request: Request) => {
    const { pathname, searchParams } = new URL(request.url);
    const reply = (body: unknown) => Promise.resolve(new Response(JSON.stringify(body)));
    if (request.method === 'POST') {
      made.push(pathname);
      return reply(item('case-a', 'accepted'));
    }
    if (pathname.endsWith('/counts')) {
      return reply({ states: [{ state: 'dispatched', number: 2 }, { state: 'rework', number: 1 }], due: [{ due: 'overdue', number: 1 }] });
    }
    if (pathname.endsWith('/moves')) return reply({ items: [{ action: 'accept', to: 'accepted', needs_reason: false, needs: [] }] });
    if (pathname.endsWith('/me')) return reply(ME);
    if (pathname.endsWith('/cases/case-a')) return reply({ ...item('case-a', 'dispatched'), events: [], history: [], verifications: [], looks: [], legal_actions: [] });
    if (pathname.endsWith('/cases')) {
      asked.push(searchParams);
      if (searchParams.getAll('state').includes('rework')) return reply({ items: [item('case-c', 'rework')], next: null });
      if (searchParams.get('cursor')) return reply({ items: [item('case-b', 'dispatched')], next: null });
      return reply({ items: [item('case-a', 'dispatched', '2026-11-22T09:00:00Z')], next: 'more' });
    }
    return reply({ items: [], matters: [], departments: [], layers: [], time_zone: 'Asia/Shanghai' });
  });
  return { made, asked };
}

function show(by: 'state' | 'due', filter: CaseFilter = {}) {
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <QueryClientProvider client={queries}>
      <App>
        <MemoryRouter>
          <Board by={by} filter={filter} />
        </MemoryRouter>
      </App>
    </QueryClientProvider>,
  );
}

// A dialog takes its time where other tests run beside it.
configure({ asyncUtilTimeout: 10_000 });
vi.setConfig({ testTimeout: 30_000 });

beforeEach(() => i18n.changeLanguage('en'));

it('has the numbers of the server over its columns, and more cards on demand', async () => {
  serve();
  show('state', { open: true });
  const handling = await screen.findByRole('region', { name: 'In handling' });
  within(handling).getByText('2');
  await within(handling).findByRole('link', { name: 'litter_exposed' });
  fireEvent.click(within(handling).getByRole('button', { name: /Show more \(1\)/ }));
  await waitFor(() => expect(within(handling).getAllByRole('listitem')).toHaveLength(2));
  expect(within(handling).queryByRole('button', { name: /Show more/ })).toBeNull();
  expect(screen.queryByRole('region', { name: 'Ended' })).toBeNull();
});

it('asks for no cases of a column that has none', async () => {
  const { asked } = serve();
  show('state');
  await screen.findByRole('region', { name: 'Rework' });
  await waitFor(() => expect(asked.length).toBeGreaterThan(1));
  expect(asked.flatMap((each) => each.getAll('state')).sort()).toEqual(['accepted', 'dispatched', 'rework']);
});

it('stands the open cases by their deadlines', async () => {
  const { asked } = serve();
  show('due', { matter: 'litter_exposed' });
  const overdue = await screen.findByRole('region', { name: 'Overdue' });
  await within(overdue).findByText('Dispatched');
  expect(asked.map((each) => [each.get('due'), each.get('matter'), each.get('pictures')])).toEqual([['overdue', 'litter_exposed', 'true']]);
});

it('goes from card to card with the arrow keys', async () => {
  Element.prototype.scrollIntoView = () => undefined;
  serve();
  show('state');
  const [first, second] = await waitFor(() => {
    const links = screen.getAllByRole('link');
    expect(links).toHaveLength(2);
    return links;
  });
  first?.focus();
  fireEvent.keyDown(document.activeElement as Element, { key: 'ArrowRight' });
  expect(document.activeElement).toBe(second);
  fireEvent.keyDown(document.activeElement as Element, { key: 'ArrowDown' });
  expect(document.activeElement).toBe(second);
  fireEvent.keyDown(document.activeElement as Element, { key: 'ArrowLeft' });
  expect(document.activeElement).toBe(first);
});

it('offers the moves that the server calls legal, and makes one', async () => {
  const { made } = serve();
  show('state', { state: ['dispatched'] });
  fireEvent.click(await screen.findByRole('button', { name: 'Act: litter_exposed case-a' }));
  const moves = await screen.findByRole('group', { name: 'Moves' });
  await waitFor(() => expect(within(moves).getAllByRole('button').map((each) => each.textContent)).toEqual(['Accept']));
  fireEvent.click(within(moves).getByRole('button', { name: 'Accept' }));
  const dialogs = await screen.findAllByRole('dialog');
  const dialog = dialogs.at(-1) as HTMLElement;
  fireEvent.click(within(dialog).getByRole('button', { name: 'Accept' }));
  await waitFor(() => expect(made).toEqual(['/api/v1/cases/case-a/actions/accept']));
  await waitFor(() => expect(screen.queryByRole('group', { name: 'Moves' })).toBeNull());
});

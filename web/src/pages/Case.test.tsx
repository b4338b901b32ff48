import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { configure, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { App } from 'antd';
import { MemoryRouter, Route, Routes } from 'react-router';
import { beforeEach, expect, it, vi } from 'vitest';

import i18n from '../i18n';
import { caseOf } from '../testing/case';
import { Case } from './Case';

configure({ asyncUtilTimeout: 10_000 });
vi.setConfig({ testTimeout: 30_000 });
vi.mock('../map/CityMap', () => ({ CityMap: () => null }));
beforeEach(() => i18n.changeLanguage('en'));

const ME = { name: 'li', display_name: 'Li', roles: ['dispatcher'], is_guest: false };
const THEN = caseOf({ state: 'dispatched', version: 4 });
const NOW = caseOf({ state: 'dispatched', version: 7 });

/** A node that has the case at version 7, and tells so only when `answer` is called. */
function serve() {
  const sent: (string | null)[] = [];
  let answer = () => {};
  const asked = new Promise<void>((resolve) => (answer = resolve));
  vi.stubGlobal('fetch', async (request: Request) => {
    const { pathname } = new URL(request.url);
    const reply = (body: unknown) => new Response(JSON.stringify(body));
    if (request.method === 'POST') {
      sent.push(request.headers.get('If-Match'));
      return reply({ ...NOW, state: 'returned', version: 8 });
    }
    if (pathname.endsWith('/cases/case-a')) return asked.then(() => reply(NOW));
    if (pathname.endsWith('/moves')) return reply({ items: [{ action: 'return', to: 'returned', needs_reason: true, needs: [] }] });
    if (pathname.endsWith('/me')) return reply(ME);
    return reply({ items: [], matters: [], departments: [], layers: [], time_zone: 'Asia/Shanghai' });
  });
  return { sent, answer: () => answer() };
}

it('shows at once what it was when it was left, and offers moves only on what it is now', async () => {
  const { sent, answer } = serve();
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: 5_000 } } });
  queries.setQueryData(['case', 'case-a'], THEN);
  render(
    <QueryClientProvider client={queries}>
      <App>
        <MemoryRouter initialEntries={['/cases/case-a']}>
          <Routes>
            <Route path="/cases/:id" element={<Case />} />
          </Routes>
        </MemoryRouter>
      </App>
    </QueryClientProvider>,
  );
  const moves = await screen.findByRole('group', { name: 'Moves' });
  await waitFor(() => expect(queries.getQueryData(['case', 'case-a', 'moves', 4, 'li'])).toBeDefined());
  expect(moves.getAttribute('aria-busy')).toBe('true');
  expect(within(moves).queryAllByRole('button')).toEqual([]);
  answer();
  fireEvent.click(await within(moves).findByRole('button', { name: 'Return' }));
  const dialog = await screen.findByRole('dialog');
  fireEvent.change(within(dialog).getByRole('textbox', { name: 'Reason' }), { target: { value: 'not ours' } });
  fireEvent.click(within(dialog).getByRole('button', { name: 'Return' }));
  await waitFor(() => expect(sent).toEqual(['"7"']));
});

import { act, configure, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';

import { refreshCases } from '../api/caseLists';
import i18n from '../i18n';
import { caseOf } from '../testing/case';
import { patientClient, show } from '../testing/show';
import { Review } from './Review';

configure({ asyncUtilTimeout: 20_000 });
vi.setConfig({ testTimeout: 60_000 });
beforeEach(() => i18n.changeLanguage('en'));

const CAMERA = { camera_id: 'gate', name_en: 'Gate', name_zh: '大门', zones: [{ id: 'z1', purpose: 'pavement', names: { en: 'Kerb', zh: '路缘' }, polygon_px: [], resolution_wh: [1, 1] }] };
const REPORT = { zone: 'z1', camera_id: 'gate', class_name: 'garbage', confidence: 0.4, first_seen_at: '2026-11-22T02:00:00Z', evidence: [] };

/**
 * A node with doubtful reports, which answers a decision when it is told to. `stale`: somebody was first with it. `page`:
 * so many it tells at once.
 */
function serve(ids: string[], stale?: string, page = 100) {
  const left = new Set(ids);
  const made: string[] = [];
  const held: (() => void)[] = [];
  vi.stubGlobal('IntersectionObserver', class { observe = () => undefined; disconnect = () => undefined; });
  vi.stubGlobal('fetch', (request: Request) => {
    const { pathname, searchParams } = new URL(request.url);
    const reply = (body: unknown, status = 200) => Promise.resolve(new Response(JSON.stringify(body), { status }));
    const [, id = '', action = ''] = /\/cases\/([\w-]+)(?:\/actions\/(\w+))?/.exec(pathname) ?? [];
    const item = caseOf({ case_id: id, state: 'review', version: 2, events: [REPORT] as never });
    if (action) {
      made.push(`${action} ${id}`);
      return new Promise<Response>((resolve) => {
        held.push(() => {
          const newest = { version: 3, changed_by: 'Zhao', changed_at: '2026-11-22T03:00:00Z' };
          if (id === stale) return void reply({ title: 'Somebody else was first', what: 'it changed', remedy: '', newest }, 412).then(resolve);
          if (action === 'undo') left.add(id);
          else left.delete(id);
          void reply({ ...item, version: 3 }).then(resolve);
        });
      });
    }
    const named = searchParams.getAll('case');
    const listed = [...left].reverse().filter((each) => named.length === 0 || named.includes(each));
    if (pathname.endsWith('/counts')) return reply({ states: [{ state: 'review', number: left.size }], due: [] });
    if (pathname.endsWith('/cases')) {
      const from = Number(searchParams.get('cursor') ?? 0);
      const items = listed.slice(from, from + page).map((each) => caseOf({ case_id: each, state: 'review', version: 2 }));
      return reply({ items, next: from + page < listed.length ? String(from + page) : null });
    }
    if (pathname.endsWith('/moves')) return reply({ items: [{ action: 'correct', to: 'review', needs_reason: false, needs: ['matter'] }] });
    if (pathname.endsWith('/me')) return reply({ name: 'li', display_name: 'Li', roles: ['dispatcher'], is_guest: false });
    if (pathname.endsWith('/cameras')) return reply({ items: [CAMERA] });
    if (id) return reply(item);
    return reply({ items: [], matters: [], departments: [], layers: [], time_zone: 'Asia/Shanghai' });
  });
  return { made, answer: () => held.shift()?.(), somebodyDecides: (id: string) => left.delete(id) };
}

const press = (key: string) => fireEvent.keyDown(document.body, { key });

it('takes keys while a decision is on its way, and sends one decision after the other', async () => {
  const node = serve(['one', 'two', 'three']);
  show(<Review />);
  await screen.findByText('1 / 3');
  await screen.findByText('Kerb');
  await screen.findByRole('button', { name: /corrected/ });
  press('f');
  await screen.findByText('1 / 2');
  press('x');
  press('1');
  await screen.findByText('2 decisions are being sent');
  await screen.findByText('1 / 1');
  await waitFor(() => expect(node.made).toEqual(['file one']));
  node.answer();
  await waitFor(() => expect(node.made).toEqual(['file one', 'decline two']));
  press('u');
  node.answer();
  await waitFor(() => expect(node.made).toEqual(['file one', 'decline two', 'undo two']));
  node.answer();
  await screen.findByText(/^. \/ 2$/);
  screen.getByRole('link', { name: 'two' });
});

it('says of a decision that came too late who was first, and leads back to it', async () => {
  const node = serve(['one', 'two'], 'one');
  show(<Review />);
  await screen.findByText('1 / 2');
  await screen.findByRole('button', { name: /corrected/ });
  press('f');
  await screen.findByText('1 / 1');
  node.answer();
  const alert = await screen.findByRole('alert');
  expect(alert.textContent).toContain('Zhao changed it meanwhile');
  fireEvent.click(screen.getByRole('button', { name: 'Look at it again' }));
  await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
  await screen.findByText('1 / 2');
});

/** The queue with the first of two cases on the page, and a way to let somebody else decide it. */
async function showTwo() {
  const node = serve(['one', 'two']);
  const queries = patientClient();
  show(<Review />, queries);
  await screen.findByText('1 / 2');
  await screen.findByRole('button', { name: /corrected/ });
  const lose = async (id: string) => {
    node.somebodyDecides(id);
    await act(() => refreshCases(queries, [id]));
  };
  return { node, lose };
}

it('keeps a case on the page that somebody else decides, and decides nothing until the person goes on', async () => {
  const { node, lose } = await showTwo();
  await lose('one');
  const alert = await screen.findByRole('alert');
  expect(alert.textContent).toContain('Somebody else, or a camera, has decided this case');
  screen.getByRole('link', { name: 'one' });
  for (const key of ['f', 'x', '1', 'c']) press(key);
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(screen.getByRole('button', { name: /file F/ })).toHaveProperty('disabled', true);
  press('n');
  await screen.findByText('1 / 1');
  screen.getByRole('link', { name: 'two' });
  expect(screen.queryByRole('alert')).toBeNull();
  press('f');
  await waitFor(() => expect(node.made).toEqual(['file two']));
});

it('asks why of the case that was looked at, and of no other', async () => {
  const { node, lose } = await showTwo();
  press('x');
  const dialog = await screen.findByRole('dialog');
  await lose('one');
  await within(dialog).findByRole('alert');
  press('1');
  fireEvent.click(within(dialog).getByRole('button', { name: /shadow/ }));
  fireEvent.click(within(dialog).getByRole('button', { name: 'Close' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  screen.getByRole('link', { name: 'one' });
  fireEvent.click(screen.getByRole('button', { name: /On to the next/ }));
  await screen.findByText('1 / 1');
  press('x');
  await screen.findByRole('dialog');
  press('1');
  await waitFor(() => expect(node.made).toEqual(['decline two']));
});

it('goes on to an empty queue where the last case was decided by somebody else', async () => {
  const { lose } = await showTwo();
  await lose('two');
  await screen.findByText('1 / 1');
  await lose('one');
  await screen.findByText('– / 0');
  press('n');
  await screen.findByText('Nothing to review');
});

it('reads the whole queue before the oldest is shown, and counts all that wait', async () => {
  const node = serve(['one', 'two', 'three', 'four', 'five'], undefined, 2);
  show(<Review />);
  await screen.findByText('1 / 5');
  screen.getByRole('link', { name: 'one' });
  screen.getByText('5 wait');
  await screen.findByRole('button', { name: /corrected/ });
  press('f');
  await waitFor(() => expect(node.made).toEqual(['file one']));
});

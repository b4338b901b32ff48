import { configure, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';

import i18n from '../../i18n';
import { caseOf } from '../../testing/case';
import { show } from '../../testing/show';
import { MoveDialog } from './Moves';

configure({ asyncUtilTimeout: 20_000 });
vi.setConfig({ testTimeout: 60_000 });
beforeEach(() => i18n.changeLanguage('en'));

const HANDLE = { action: 'handle', tone: 'primary', needsReason: false, needs: [] } as const;
const RETURN = { action: 'return', tone: 'default', needsReason: true, needs: [] } as const;
const NOW = caseOf({
  version: 5,
  state: 'suspended',
  history: [
    { sequence: 3, action: 'accept', state_from: 'dispatched', state: 'accepted', actor: 'Sun', role: 'handler', at: '2026-11-22T02:05:00Z', reason: '' },
    { sequence: 5, action: 'suspend', state_from: 'accepted', state: 'suspended', actor: 'Zhao', role: 'dispatcher', at: '2026-11-22T03:05:00Z', reason: 'road closed' },
  ] as never,
});

/** A node on which Zhao has suspended the case after it was opened here. */
function serve() {
  const sent: { ifMatch: string | null; reason: unknown }[] = [];
  vi.stubGlobal('fetch', async (request: Request) => {
    const { pathname } = new URL(request.url);
    if (request.method === 'POST') {
      const ifMatch = request.headers.get('If-Match');
      sent.push({ ifMatch, reason: ((await request.json()) as { reason: unknown }).reason });
      if (ifMatch === '"5"') return new Response(JSON.stringify({ ...NOW, state: 'returned', version: 6 }));
      const newest = { version: 5, changed_by: 'Zhao', changed_at: '2026-11-22T03:05:00Z' };
      return new Response(JSON.stringify({ title: 'Somebody else was first', status: 412, what: 'case case-a is at version 5', remedy: '', newest }), { status: 412 });
    }
    if (pathname.endsWith('/cases/case-a')) return new Response(JSON.stringify(NOW));
    return new Response(JSON.stringify({ items: [], matters: [], departments: [], layers: [], time_zone: 'Asia/Shanghai' }));
  });
  return sent;
}

it('shows who was first and what it is now, keeps what was typed, and sends against that only when asked again', async () => {
  const sent = serve();
  const moved = vi.fn();
  show(<MoveDialog item={caseOf()} offer={RETURN} onMoved={moved} onClose={() => undefined} />);
  const dialog = await screen.findByRole('dialog');
  fireEvent.change(within(dialog).getByRole('textbox', { name: 'Reason' }), { target: { value: 'not ours' } });
  fireEvent.click(within(dialog).getByRole('button', { name: 'Return' }));
  const alert = await within(dialog).findByRole('alert');
  expect(alert.textContent).toContain('Zhao changed it meanwhile (version 5)');
  expect(alert.textContent).toContain('road closed');
  expect(alert.textContent).not.toContain('Sun');
  expect(within(dialog).getByRole('textbox', { name: 'Reason' })).toHaveProperty('value', 'not ours');
  expect(sent).toEqual([{ ifMatch: '"3"', reason: 'not ours' }]);
  fireEvent.click(within(dialog).getByRole('button', { name: 'Send again' }));
  await waitFor(() => expect(moved).toHaveBeenCalled());
  expect(sent).toEqual([
    { ifMatch: '"3"', reason: 'not ours' },
    { ifMatch: '"5"', reason: 'not ours' },
  ]);
});

/** A node of a handler, on which a picture is under way until it is aborted. Tells the pictures and the moves that came. */
function serveSlowly() {
  const came: string[] = [];
  const reply = (body: object) => Promise.resolve(new Response(JSON.stringify(body)));
  vi.stubGlobal('fetch', (request: Request) => {
    const { pathname } = new URL(request.url);
    if (request.method === 'POST') came.push('move');
    if (pathname.endsWith('/me')) return reply({ name: 'sun', display_name: 'Sun', roles: ['handler'], is_guest: false });
    if (pathname.endsWith('/roles')) return reply({ items: [{ role: 'handler', routes: ['POST /api/v1/cases/{case_id}/pictures'] }] });
    if (pathname.endsWith('/cases/case-a')) return reply(caseOf());
    return reply({ items: [], matters: [], departments: [], layers: [], time_zone: 'Asia/Shanghai' });
  });
  URL.createObjectURL = () => 'blob:picture';
  URL.revokeObjectURL = () => undefined;
  vi.stubGlobal(
    'XMLHttpRequest',
    class {
      upload = {};
      onabort: () => void = () => undefined;
      open = () => undefined;
      setRequestHeader = () => undefined;
      send = () => void came.push('picture');
      abort() {
        came.push('aborted');
        this.onabort();
      }
    },
  );
  return came;
}

it('sends neither the rest of the pictures nor the move once it was cancelled', async () => {
  const came = serveSlowly();
  const closed = vi.fn();
  const moved = vi.fn();
  show(<MoveDialog item={caseOf()} offer={HANDLE} onMoved={moved} onClose={closed} />);
  const dialog = await screen.findByRole('dialog');
  await within(dialog).findByText('Pictures from after the handling');
  const input = dialog.querySelector('input[type=file]') as HTMLInputElement;
  fireEvent.change(input, { target: { files: [new File(['x'], 'a.jpg', { type: 'image/jpeg' }), new File(['yy'], 'b.jpg', { type: 'image/jpeg' })] } });
  await within(dialog).findByText('b.jpg');
  fireEvent.click(within(dialog).getByRole('button', { name: 'Say it is handled' }));
  await waitFor(() => expect(came).toEqual(['picture']));
  fireEvent.click(within(dialog).getByRole('button', { name: 'Cancel' }));
  expect(closed).toHaveBeenCalledOnce();
  await waitFor(() => expect(within(dialog).getAllByText('Not sent yet')).toHaveLength(2));
  expect(came).toEqual(['picture', 'aborted']);
  expect(moved).not.toHaveBeenCalled();
});

import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, configure, fireEvent, render, screen, within } from '@testing-library/react';
import { App } from 'antd';
import { MemoryRouter } from 'react-router';
import { beforeEach, expect, it, vi } from 'vitest';

import i18n from '../../i18n';
import { Documents } from './Documents';

const ROUTES = ['GET /api/v1/configuration', 'PUT /api/v1/configuration/{name}'];
const DEPARTMENTS = {
  name: 'departments', kind: 'settings', has_default: true, name_en: 'Departments', name_zh: '部门', version: 1, changed_at: '2026-11-22T02:00:00Z',
  changed_by: 'wang', origin: 'saved', note: '',
  content: { departments: [{ id: 'sanitation', names: { en: 'Sanitation', zh: '环卫所' }, contact: '12345' }] },
};

/** A node that keeps one document. `answers` are what its next saves are answered with. */
function serve(answers: [number, object][] = []) {
  let kept = DEPARTMENTS;
  const saves: { content: unknown; ifMatch: string | null }[] = [];
  const reply = (status: number, body: object, etag = '') =>
    new Response(JSON.stringify(body), { status, headers: { ETag: etag } });
  vi.stubGlobal('fetch', async (asked: Request) => {
    const path = new URL(asked.url).pathname;
    if (path.endsWith('/city')) return reply(200, { matters: [], departments: [], layers: [], time_zone: 'Asia/Shanghai' });
    if (asked.method === 'PUT') {
      saves.push({ content: ((await asked.json()) as { content: unknown }).content, ifMatch: asked.headers.get('If-Match') });
      const [status, body] = answers.shift() ?? [200, {}];
      if (status !== 422) kept = { ...kept, ...body, version: kept.version + 1 };
      return status === 200 ? reply(200, { ...kept, effect: 'at_once', notices: [], ...body }) : reply(status, { title: 'no', what: 'no', remedy: '', ...body });
    }
    if (path.endsWith('/configuration')) return reply(200, { items: [kept] });
    return reply(200, kept, `"${kept.version}"`);
  });
  return saves;
}

function show(routes = ROUTES, address = '/settings/documents?document=departments') {
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  queries.setQueryData(['me'], { name: 'li', roles: ['operations'], is_guest: false });
  queries.setQueryData(['roles'], [{ role: 'operations', routes }]);
  return render(
    <QueryClientProvider client={queries}>
      <App>
        <MemoryRouter initialEntries={[address]}>
          <Documents />
        </MemoryRouter>
      </App>
    </QueryClientProvider>,
  );
}

/** Found by texts: roles and styles of a whole table take jsdom seconds to work out. */
function press(inside: HTMLElement | undefined, text: string) {
  const found = (inside ? within(inside) : screen).getAllByText(text).map((each) => each.closest('button'));
  fireEvent.click(found.find((button) => button !== null) ?? document.body);
}

async function changeContact(): Promise<HTMLElement> {
  fireEvent.change(await screen.findByLabelText('Contact sanitation'), { target: { value: '123456' } });
  press(undefined, 'Save');
  return (await screen.findByText('Save these changes')).closest<HTMLElement>('[role=dialog]') ?? document.body;
}

vi.setConfig({ testTimeout: 60_000 });
configure({ asyncUtilTimeout: 20_000 });
beforeEach(async () => {
  sessionStorage.clear();
  await i18n.changeLanguage('en');
  // jsdom works out the styles of every element anew, for seconds; none of them matters here.
  vi.spyOn(window, 'getComputedStyle').mockReturnValue(document.createElement('div').style);
});

it('saves what was changed in the table, on the version that was read', async () => {
  const saves = serve([[200, { effect: 'at_next_start' }]]);
  show();
  const dialog = await changeContact();
  within(dialog).getByText('departments[sanitation].contact');
  press(dialog, 'Save');
  await screen.findByText('Version 2 is saved. It holds from the node’s next start on.');
  expect(saves).toEqual([
    { ifMatch: '"1"', content: { departments: [{ id: 'sanitation', names: { en: 'Sanitation', zh: '环卫所' }, contact: '123456' }] } },
  ]);
});

it('tells every fault with where it is and what to do', async () => {
  serve([[422, { faults: [{ where: 'departments[0].contact', what: 'too long', remedy: 'Shorten it.', what_zh: '过长', remedy_zh: '请缩短。' }] }]]);
  show();
  const dialog = await changeContact();
  press(dialog, 'Save');
  await within(dialog).findByText('departments[0].contact:');
  within(dialog).getByText('Shorten it.');
  await act(() => i18n.changeLanguage('zh'));
  await within(dialog).findByText('请缩短。');
});

it('puts two changes of different rows together where somebody else was first', async () => {
  const theirs = { departments: [...DEPARTMENTS.content.departments, { id: 'parks', names: { en: 'Parks', zh: '园林' } }] };
  const saves = serve([[412, { changed_by: 'zhao', content: theirs }]]);
  show();
  const dialog = await changeContact();
  press(dialog, 'Save');
  await within(dialog).findByText(/zhao has saved version 2/);
  expect(saves).toHaveLength(1);
  within(within(dialog).getByLabelText('Changed only by zhao')).getByText('departments[parks]');
  press(dialog, 'Save both together');
  await screen.findByText('Version 3 is in force.');
  expect(saves[1]).toEqual({
    ifMatch: '"2"',
    content: { departments: [{ ...DEPARTMENTS.content.departments[0], contact: '123456' }, theirs.departments[1]] },
  });
});

it('asks whose row holds where both have changed it', async () => {
  const theirs = { departments: [{ id: 'sanitation', names: { en: 'Cleaning', zh: '环卫所' }, contact: '12345' }] };
  const saves = serve([[412, { changed_by: 'zhao', content: theirs }]]);
  show();
  const dialog = await changeContact();
  press(dialog, 'Save');
  await within(dialog).findByText(/zhao has saved version 2/);
  expect(within(dialog).getByText('Save both together').closest('button')).toHaveProperty('disabled', true);
  fireEvent.click(within(dialog).getByLabelText('Mine'));
  press(dialog, 'Save both together');
  await screen.findByText('Version 3 is in force.');
  expect(saves[1]?.content).toEqual({ departments: [{ ...DEPARTMENTS.content.departments[0], contact: '123456' }] });
});

it('keeps what was written over a reload of the page', async () => {
  serve();
  const first = show();
  await changeContact();
  first.unmount();
  show();
  expect(await screen.findByLabelText('Contact sanitation')).toHaveProperty('value', '123456');
  await screen.findByText('1 value changed, not saved yet');
});

it('is not saved while its text is no JSON', async () => {
  serve();
  show();
  fireEvent.click(await screen.findByText('As text'));
  fireEvent.change(await screen.findByLabelText('As text', { selector: 'textarea' }), { target: { value: 'departments: [' } });
  await screen.findByText(/This is no YAML/);
  expect(screen.getByText('Save').closest('button')).toHaveProperty('disabled', true);
});

it('is only read by who may not change it', async () => {
  serve();
  show(ROUTES.slice(0, 1));
  expect(await screen.findByLabelText('Contact sanitation')).toHaveProperty('disabled', true);
  expect(screen.queryByText('Save')).toBeNull();
});

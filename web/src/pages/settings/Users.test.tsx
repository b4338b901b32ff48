import { configure, fireEvent, screen } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';

import i18n from '../../i18n';
import { show } from '../../testing/show';
import { Users } from './Users';

configure({ asyncUtilTimeout: 20_000 });
vi.setConfig({ testTimeout: 60_000 });
beforeEach(() => i18n.changeLanguage('en'));

const LI = {
  name: 'li', display_name: 'Li', roles: ['handler'], scope: { departments: [], grid: [] }, created_at: '2026-11-22T02:00:00Z', created_by: 'admin',
  must_change_password: false, locked_until: null, disabled_at: null, is_citys: false, version: 1,
};
const WEI = { ...LI, name: 'wei', display_name: 'Wei', is_citys: true };

/** A node with two accounts that refuses every change of one, saying what was asked. */
function serve() {
  vi.stubGlobal('fetch', (request: Request) => {
    const { pathname } = new URL(request.url);
    const refused = { title: 'Not available', status: 503, what: `${request.method} ${pathname} is refused`, remedy: 'Try again.' };
    if (request.method !== 'GET') return Promise.resolve(new Response(JSON.stringify(refused), { status: 503 }));
    return Promise.resolve(new Response(JSON.stringify({ items: pathname.endsWith('/users') ? [LI, WEI] : [], matters: [], departments: [], layers: [] })));
  });
}

const openMenu = async (name: string) => fireEvent.click(await screen.findByLabelText(`Change ${name}`));

it('says why a password was not reset', async () => {
  serve();
  show(<Users />);
  await openMenu('li');
  fireEvent.click(await screen.findByText('New one-time password'));
  const hint = await screen.findByText('It unlocks the account and ends its sign-ins.');
  fireEvent.click(hint.closest('.ant-modal')?.querySelector('.ant-btn-primary') as HTMLElement);
  await screen.findByText('POST /api/v1/users/li/password is refused');
});

it('offers no password of an account that is the city’s', async () => {
  serve();
  show(<Users />);
  await openMenu('wei');
  await screen.findByText('Shut');
  expect(screen.queryByText('New one-time password')).toBeNull();
});

it('says why an account was not shut', async () => {
  serve();
  show(<Users />);
  await openMenu('li');
  fireEvent.click(await screen.findByText('Shut'));
  await screen.findByText('PATCH /api/v1/users/li is refused');
});

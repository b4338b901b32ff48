import { configure, fireEvent, screen } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';

import type { CameraItem } from '../api/client';
import i18n from '../i18n';
import { show } from '../testing/show';
import { CameraActions } from './CameraActions';

configure({ asyncUtilTimeout: 10_000 });
vi.setConfig({ testTimeout: 30_000 });
beforeEach(() => i18n.changeLanguage('en'));

it('says why a camera was not resumed', async () => {
  vi.stubGlobal('fetch', (request: Request) => {
    const { pathname } = new URL(request.url);
    const reply = (body: object, status = 200) => Promise.resolve(new Response(JSON.stringify(body), { status }));
    if (request.method === 'POST') return reply({ title: 'Not possible', status: 409, what: 'the camera was retired', remedy: '' }, 409);
    if (pathname.endsWith('/me')) return reply({ name: 'li', display_name: 'Li', roles: ['operations'], is_guest: false });
    return reply({ items: [{ role: 'operations', routes: ['PUT /api/v1/cameras/{camera_id}/configuration'] }] });
  });
  show(<CameraActions camera={{ camera_id: 'gate', state: 'paused' } as CameraItem} />);
  fireEvent.click(await screen.findByRole('button', { name: /Resume/ }));
  const alert = await screen.findByRole('alert');
  expect(alert.textContent).toContain('the camera was retired');
});

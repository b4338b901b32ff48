import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { fireEvent, render, screen } from '@testing-library/react';
import { App } from 'antd';
import { MemoryRouter } from 'react-router';
import { beforeEach, expect, it, vi } from 'vitest';

import i18n from '../i18n';
import { Discovery } from './Discovery';

const DEVICE = { address: 'http://10.0.0.7/onvif/device_service', host: '10.0.0.7', name: 'Hall', hardware: 'X-1', camera_ids: ['gate'], fault: null };
const ELSEWHERE = {
  ...DEVICE, address: '', host: '10.0.0.8', name: 'Yard', camera_ids: [],
  fault: { where: 'address', what: 'it names another host', remedy: 'ask it', what_zh: '另一主机', remedy_zh: '按地址查询' },
};
const STREAM = { profile: 'Main', url: 'rtsp://10.0.0.7/main', codec: 'h264', resolution_wh: [1920, 1080], fps: 25, fault: null };

function serve(allowed: boolean, device: object) {
  const asked: unknown[] = [];
  vi.stubGlobal('fetch', async (wish: Request) => {
    const path = new URL(wish.url).pathname;
    const reply = (body: object) => new Response(JSON.stringify(body), { status: 200 });
    if (path.endsWith('/device')) {
      asked.push(await wish.json());
      return reply(device);
    }
    return reply(wish.method === 'POST' ? { devices: [DEVICE, ELSEWHERE], odd: 1, is_cut: false } : { is_allowed: allowed });
  });
  return asked;
}

function show(mayAsk = true) {
  const onTake = vi.fn();
  render(
    <QueryClientProvider client={new QueryClient()}>
      <App>
        <MemoryRouter>
          <Discovery mayAsk={mayAsk} credentials="hall" taken="" onTake={onTake} />
        </MemoryRouter>
      </App>
    </QueryClientProvider>,
  );
  return onTake;
}

/** Found by its text: roles take jsdom seconds to work out. */
function searchButton(): HTMLButtonElement {
  return screen.getByText('Search the network').closest('button') as HTMLButtonElement;
}

beforeEach(() => i18n.changeLanguage('en'));

it('searches, asks one device with the named credentials, and takes a stream', { timeout: 20_000 }, async () => {
  const asked = serve(true, { is_good: true, name: 'Examplecam X-1', streams: [STREAM], fault: null });
  const onTake = show();
  await vi.waitFor(() => expect(searchButton().disabled).toBe(false));
  fireEvent.click(searchButton());
  expect(await screen.findByText('Hall')).toBeTruthy();
  expect(screen.getByText('it names another host')).toBeTruthy();
  expect(screen.getByText('gate').closest('a')?.getAttribute('href')).toBe('/cameras/gate');
  expect(screen.getAllByText('Configured already:')).toHaveLength(1);
  fireEvent.click(screen.getAllByText('Ask for its streams')[0] ?? document.body);
  fireEvent.click(await screen.findByText('Take'));
  expect(asked).toEqual([{ address: DEVICE.address, credentials: 'hall' }]);
  expect(onTake).toHaveBeenCalledWith({ url: STREAM.url, name: 'Examplecam X-1' });
});

it('says why a device gives no streams, and asks by address where searching is off', { timeout: 20_000 }, async () => {
  const asked = serve(false, { is_good: false, name: '', streams: [], fault: { ...ELSEWHERE.fault, what: 'it wants a password' } });
  show();
  expect(await screen.findByText(/switched off on this node/)).toBeTruthy();
  expect(searchButton().disabled).toBe(true);
  fireEvent.change(screen.getByLabelText('Address of an ONVIF device'), { target: { value: ' 10.0.0.9 ' } });
  const buttons = screen.getAllByText('Ask for its streams');
  fireEvent.click(buttons[buttons.length - 1] ?? document.body);
  expect(await screen.findByText('it wants a password')).toBeTruthy();
  expect(asked).toEqual([{ address: '10.0.0.9', credentials: 'hall' }]);
});

it('leaves those alone who may not add cameras', () => {
  serve(true, {});
  show(false);
  expect(document.querySelector('button')).toBeNull();
});

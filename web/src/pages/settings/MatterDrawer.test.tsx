import { configure, screen } from '@testing-library/react';
import { expect, it, vi } from 'vitest';

import { NamesProvider } from '../../components/names';
import i18n from '../../i18n';
import { show } from '../../testing/show';
import { decisiveOf, undecidedOf } from './admission';
import { MatterDrawer } from './MatterDrawer';

configure({ asyncUtilTimeout: 10_000 });
vi.setConfig({ testTimeout: 30_000 });

type Matter = Parameters<typeof undecidedOf>[0];
type Decision = Matter['decisions'][number];

const NOW = Date.parse('2026-11-22T08:00:00Z');
const decision = (version: number, state: Decision['state'], hour: number): Decision => {
  const at = `2026-11-22T0${hour}:00:00Z`;
  return { version, state, actor: 'li', role: 'administrator', at, effective_from: at, reason: 'read twice' };
};

it.each<[string, number | null, Decision[], [number, string] | undefined]>([
  ['admitted by the configuration', 0, [], undefined],
  ['the version in force', 2, [decision(1, 'admitted', 1), decision(2, 'admitted', 2), decision(1, 'retired', 3)], [2, 'admitted']],
  ['the version that was in force last', null, [decision(1, 'admitted', 1), decision(2, 'admitted', 2), decision(2, 'retired', 3), decision(1, 'retired', 4)], [2, 'retired']],
  ['the configured version that was retired', null, [decision(0, 'retired', 1), decision(1, 'proposed', 2)], [0, 'retired']],
  ['what will hold later only', null, [decision(1, 'admitted', 9)], undefined],
])('tells by which decision a matter stands: %s', (_, admitted, decisions, expected) => {
  const found = decisiveOf({ admitted_version: admitted, decisions }, NOW);
  expect(found && [found.version, found.state]).toEqual(expected);
});

it('tells it in the language of the page and in the time of the city', async () => {
  await i18n.changeLanguage('zh');
  const definition = { matter: 'litter', name_zh: '垃圾', name_en: 'Litter', codes: [], conditions: [] };
  const admitted = { version: 1, state: 'admitted', definition };
  const matter = { matter: 'litter', admitted_version: 1, standing: 'version 1 admitted from 2026-11-22 02:00 UTC by li: read twice', revision: 2, newest: admitted, versions: [admitted], decisions: [decision(1, 'admitted', 2)] };
  vi.stubGlobal('fetch', (request: Request) => {
    const isMatter = new URL(request.url).pathname.endsWith('/matters/litter');
    return Promise.resolve(new Response(JSON.stringify(isMatter ? matter : { items: [], matters: [], departments: [], layers: [], time_zone: 'Asia/Shanghai' })));
  });
  show(
    <NamesProvider>
      <MatterDrawer matter="litter" onClose={() => undefined} />
    </NamesProvider>,
  );
  await screen.findByText(/^第 1 版：已准入（自 .*10:00:00 起），li：read twice$/);
  expect(screen.queryByText(/UTC/)).toBeNull();
});

import { configure, fireEvent, screen, waitFor } from '@testing-library/react';
import { useState } from 'react';
import { beforeEach, expect, it, vi } from 'vitest';

import type { Content } from '../../domain/documents';
import i18n from '../../i18n';
import { show } from '../../testing/show';
import { MappingForm } from './MappingForm';

configure({ asyncUtilTimeout: 10_000 });
vi.setConfig({ testTimeout: 30_000 });
beforeEach(() => i18n.changeLanguage('en'));

const MAPPING: Content = { language: 'zh', fields: { taskNum: { from: 'data.case_id' }, place: { fields: { x: { from: 'data.location.lon' } } } } };
const EVENT = { id: '7:1', data: { case_id: '7', state: 'dispatched', location: { lon: 114 }, evidence: [{ key: 'a.jpg' }] } };

/** A node that tells which mappings it was asked to show, and refuses those with a field that has no name. */
function serve() {
  const asked: Content[] = [];
  vi.stubGlobal('fetch', async (request: Request) => {
    const { mapping } = (await request.json()) as { mapping: Content };
    asked.push(mapping);
    const fields = mapping.fields as Content;
    if ('wrong' in fields) {
      const problem = { title: 'Invalid value', status: 422, what: 'wrong has no value from data.nothing', remedy: 'Give the field a default in the mapping.' };
      return new Response(JSON.stringify(problem), { status: 422 });
    }
    return new Response(JSON.stringify({ event: EVENT, body: Object.fromEntries(Object.keys(fields).map((key) => [key, `of ${key}`])) }));
  });
  return asked;
}

function Held({ onNow }: { onNow: (content: Content) => void }) {
  const [content, setContent] = useState(MAPPING);
  onNow(content);
  return <MappingForm content={content} readOnly={false} onChange={setContent} />;
}

it('changes fields in their order and shows what would be sent', async () => {
  const asked = serve();
  let now: Content = MAPPING;
  show(<Held onNow={(content) => (now = content)} />);
  await screen.findByText(/"taskNum": "of taskNum"/);
  fireEvent.change(screen.getByLabelText('Field taskNum'), { target: { value: 'caseNo' } });
  fireEvent.click(screen.getByLabelText('How it is written: caseNo'));
  fireEvent.change(screen.getByLabelText('Other values, a line each caseNo'), { target: { value: '7 = "A-7"' } });
  fireEvent.change(screen.getByLabelText('Field place.x'), { target: { value: 'lon' } });
  expect(now).toEqual({
    language: 'zh',
    fields: { caseNo: { from: 'data.case_id', translate: { 7: 'A-7' } }, place: { fields: { lon: { from: 'data.location.lon' } } } },
  });
  expect(Object.keys(now.fields as Content)).toEqual(['caseNo', 'place']);
  await screen.findByText(/"caseNo": "of caseNo"/);
  expect(asked.at(-1)).toEqual(now);
});

it('does not take a name that another field has, and says why a mapping cannot be written', async () => {
  serve();
  let now: Content = MAPPING;
  show(<Held onNow={(content) => (now = content)} />);
  await screen.findByText(/"taskNum"/);
  const name = screen.getByLabelText('Field taskNum');
  fireEvent.change(name, { target: { value: 'place' } });
  expect(Object.keys(now.fields as Content)).toEqual(['taskNum', 'place']);
  expect(name.title).toBe('Another field has this name.');
  fireEvent.change(name, { target: { value: 'wrong' } });
  const alert = await screen.findByRole('alert');
  await waitFor(() => expect(alert.textContent).toContain('wrong has no value from data.nothing'));
});

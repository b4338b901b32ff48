import { expect, it } from 'vitest';

import { forgetFilter, savedFilters, saveFilter } from './filters';

it('keeps filters by name, the newest first, each name once', () => {
  saveFilter('mine', 'open=true');
  saveFilter('late', 'overdue=true');
  expect(saveFilter('mine', 'open=false').map(({ name, query }) => `${name} ${query}`)).toEqual(['mine open=false', 'late overdue=true']);
  expect(forgetFilter('late').map(({ name }) => name)).toEqual(['mine']);
  expect(savedFilters()).toHaveLength(1);
});

it('bears with what others wrote into its place', () => {
  for (const text of ['{', '7', '[null, 1, {"name": 2}]']) {
    localStorage.setItem('gridpatrol.filters', text);
    expect(savedFilters()).toEqual([]);
  }
});

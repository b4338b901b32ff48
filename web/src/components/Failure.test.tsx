import { screen } from '@testing-library/react';
import { expect, it } from 'vitest';

import { ApiError } from '../api/client';
import i18n from '../i18n';
import { show } from '../testing/show';
import { Failure } from './parts';

const PROBLEM = {
  type: 'about:blank', title: 'Not a legal move', status: 409, what: 'accept is not possible while case 7 is closed', remedy: 'Legal now for handler: note.',
  title_zh: '当前不能这样操作', what_zh: '案件 7 处于“结案”，不能执行“接收”', remedy_zh: '处置人员当前可以：备注。', faults: [],
};
const error = new ApiError(409, PROBLEM.title, PROBLEM.what, PROBLEM.remedy, PROBLEM);

it('tells a refusal in the language of the page', async () => {
  await i18n.changeLanguage('zh');
  const { unmount } = show(<Failure error={error} />);
  expect(screen.getByRole('alert').textContent).toBe(PROBLEM.what_zh + PROBLEM.remedy_zh);
  unmount();
  await i18n.changeLanguage('en');
  show(<Failure error={error} />);
  expect(screen.getByRole('alert').textContent).toBe(PROBLEM.what + PROBLEM.remedy);
});

it('tells it in English where the node has no Chinese words', async () => {
  await i18n.changeLanguage('zh');
  show(<Failure error={new ApiError(409, 'Refused', 'no words', '', { ...PROBLEM, what: 'no words', what_zh: '', remedy: '', remedy_zh: '' })} />);
  expect(screen.getByRole('alert').textContent).toBe('no words');
});

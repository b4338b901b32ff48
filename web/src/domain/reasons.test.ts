import { describe, expect, it } from 'vitest';

import { told } from './reasons';

describe('what cameras and the desk write', () => {
  it.each([
    ['kerb: the same thing is still at its place', 'kerb: 同一对象仍在原处'],
    ['absent: the place is visible and the thing is not there', '该处可见，对象已不在'],
    ['yard: no answer within 900 s; kerb: looks contradict each other (after 2 of 3 rounds)', 'yard: 900 秒内没有答复; kerb: 各次巡查结果不一致（共 3 轮，已进行 2 轮）'],
    ['confidence 0.92 is below 1.00', '置信度 0.92 低于 1.00'],
    ['self handling by team-3 and sanitation, level minor', '巡办合一，承办：team-3 and sanitation，等级 minor'],
    ['handle: due 2026-11-22T15:00:00+08:00; told: Li', '处置时限：2026-11-22T15:00:00+08:00；已通知：Li'],
  ])('%s', (english, chinese) => {
    expect(told(english, 'zh')).toBe(chinese);
    expect(told(english, 'en')).toBe(english);
  });

  it('keeps what it does not know', () => {
    expect(told('车主称已驶离', 'zh')).toBe('车主称已驶离');
  });
});

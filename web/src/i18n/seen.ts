import type { Strings } from './texts';

export const seenEn = {
  by: '{{name}} changed it meanwhile (version {{version}})',
  somebody: 'Somebody else',
  unknown: 'Somebody else changed it meanwhile.',
  hint: 'What you have typed is kept. Look at what it says now; if you still want it, send it again.',
  again: 'Send again',
  now: 'Now: {{text}}',
  since: 'Since you looked:',
  inForce: 'In force now: {{name}}',
  account: 'Now: {{name}} · {{roles}}',
};

export const seenZh: Strings<typeof seenEn> = {
  by: '{{name}} 已先作更改（第 {{version}} 版）',
  somebody: '他人',
  unknown: '他人已先作更改。',
  hint: '您填写的内容已保留。请先查看当前内容；如仍要提交，请再次提交。',
  again: '再次提交',
  now: '当前：{{text}}',
  since: '您查看之后：',
  inForce: '当前启用：{{name}}',
  account: '当前：{{name}} · {{roles}}',
};

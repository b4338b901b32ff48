import type { Language } from '../i18n';

/**
 * What cameras and the desk write as reasons, part by part, in Chinese. They write English with figures in it, and the
 * record keeps what was written; a part that is not known here stays as it is.
 */
const CHINESE: readonly (readonly [RegExp, string])[] = [
  // A camera's re-check.
  [/the same thing is still at its place/g, '同一对象仍在原处'],
  [/it has been moved a little, not cleared/g, '对象只是挪动了位置，并未清除'],
  [/the place is visible and the thing is not there/g, '该处可见，对象已不在'],
  [/the place is hidden or looks like neither/g, '该处被遮挡，或看不出是否清除'],
  [/looks contradict each other/g, '各次巡查结果不一致'],
  [/no valid look was possible/g, '没有可用的画面'],
  [/this camera has no memory of the thing any more/g, '该探头已不记得此对象'],
  [/(\w+) is no longer watched on this camera/g, '该探头已不再巡查事项 $1'],
  [/the view is not usable: /g, '画面不可用：'],
  [/no answer within (\d+) s/g, '$1 秒内没有答复'],
  [/no camera sees this place/g, '没有探头能看到该处'],
  [/ \(after (\d+) of (\d+) rounds\)/g, '（共 $2 轮，已进行 $1 轮）'],
  [/the earlier answers were not clear/g, '此前的答复无法判断'],
  [/seen gone without being asked, then /g, '此前已自行看到消失；'],
  [/seen gone: /g, '看到已消失：'],
  [/a camera did not answer in time/g, '有探头未按时答复'],
  [/outdated answer to \S+: (?:absent|present|inconclusive), /g, '迟到的答复：'],
  [/^(?:absent|present|inconclusive): /g, ''],
  // The desk's decisions.
  [/confidence ([\d.]+) is below ([\d.]+)/g, '置信度 $1 低于 $2'],
  [/a second report leaves no doubt/g, '再次上报，已无疑问'],
  [/nothing like it is open nearby/g, '附近没有同类未结案件'],
  [/same camera, same place in the picture \(IoU ([\d.]+)\)/g, '同一探头画面同一位置（重合度 $1）'],
  [/same matter (\d+) m away, within both place errors/g, '同一事项相距 $1 米，在双方定位误差之内'],
  [/same matter at the same place, after the earlier was gone/g, '此前的问题消失后，同一地点再次出现同一事项'],
  [/recurrence of (\S+)/g, '承接案件 $1'],
  [/\bdispatched\b handling by /g, '巡办分离，承办：'],
  [/\bjoint\b handling by /g, '巡办协同，承办：'],
  [/\bself\b handling by /g, '巡办合一，承办：'],
  [/, level (\S+)/g, '，等级 $1'],
  [/matter (\S+) is not in the catalogue/g, '事项 $1 不在目录中'],
  [/matter (\S+) is not admitted: /g, '事项 $1 未准入：'],
  [/control area (\S+) allows it until (\S+)/g, '管控区 $1 在 $2 之前允许'],
  [/(\S+) is told first \((.*?)\)/g, '先通知 $1（$2）'],
  [/the grace window is over and it was not seen to go/g, '自行整改期已过，未看到消失'],
  [/the suspension is over/g, '挂账期满'],
  [/; told: /g, '；已通知：'],
  [/\bdispatch\b: due /g, '派遣时限：'],
  [/\baccept\b: due /g, '接收时限：'],
  [/\bhandle\b: due /g, '处置时限：'],
  [/\bverify\b: due /g, '核查时限：'],
  // A look that somebody asked for.
  [/looked at the place: saw /g, '已查看现场，看到：'],
  [/nothing it has a name for/g, '无可识别的对象'],
  [/a look at the place was not possible: /g, '未能查看现场：'],
  [/; the view cannot be relied on: /g, '；画面不可靠：'],
  // The state of a view.
  [/the picture repeats the one before/g, '画面与上一张相同'],
  [/the view has just come back/g, '画面刚刚恢复'],
  [/(\d+)% of the picture's blocks are broken/g, '画面有 $1% 损坏'],
  [/(\d+)% of the view has lost its structure/g, '画面有 $1% 失去细节'],
  [/(\d+)% of the view is hidden/g, '画面有 $1% 被遮挡'],
  [/sharpness fell to (\d+)% of the reference/g, '清晰度降至参照画面的 $1%'],
  [/the view moved by ([\d.]+)% of its width \(turn (-?[\d.]+) deg, zoom ([\d.]+)\)/g, '画面移动了宽度的 $1%（转动 $2 度，缩放 $3）'],
  [/only (\d+)% of the view matches the reference/g, '画面仅有 $1% 与参照画面一致'],
  [/no picture since (\S+)/g, '自 $1 起没有画面'],
  [/overloaded: this machine is behind, a picture has waited (\d+) s for its look/g, '本机负荷过高：画面已等待 $1 秒'],
  [/paused by (\S+?)(?=:|$)/g, '由 $1 暂停'],
];

/** What a machine wrote, in the language of the page. Words of people are never passed through here. */
export function told(said: string, language: Language): string {
  return language === 'en' ? said : CHINESE.reduce((text, [english, chinese]) => text.replace(english, chinese), said);
}

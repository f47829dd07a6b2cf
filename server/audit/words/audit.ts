import type { Bilingual } from '#shared/protocol/ids.ts';

/** Audit entries that can stand in a case's story; others are told by their kind. */
export const auditWords: Record<string, Bilingual> = {
  'customer viewed': { zh: '{person} 查看了客户 {about}，用于“{detail.purpose}”', en: '{person} was shown customer {about}, for {detail.purpose}' },
  'customer searched': { zh: '{person} 查找客户，{detail.matches} 个结果', en: '{person} searched for a customer: {detail.matches} found' },
  'command refused': { zh: '拒绝 {person} 的命令“{detail.kind}”：{detail.code}', en: 'Refused {person}: {detail.kind}, {detail.code}' },
  'command taken': { zh: '受理 {person} 的命令“{detail.kind}”，未产生事件', en: 'Taken from {person}: {detail.kind}, without an event' },
  'command forked': { zh: '拒绝 {person} 的命令“{detail.kind}”：编号已被另一命令使用', en: 'Refused {person}: {detail.kind}, its number belongs to another command' },
  'command renumbered': { zh: '{person} 的工作台重新编号后再次送来同一命令', en: "{person}'s desktop sent the same command again under a new number" },
  'late work taken': { zh: '补收 {person} 没有送出的“{detail.kind}”：{detail.status}', en: 'Late work of {person} arrived: {detail.kind}, {detail.status}' },
  'late case opened': { zh: '{person} 为查看补收内容打开本案', en: '{person} opened the case for late work' },
  'ask refused': { zh: '拒绝 {person} 的请求“{detail.kind}”：{detail.code}', en: 'Refused {person}: ask {detail.kind}, {detail.code}' },
};

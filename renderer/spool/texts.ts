import { defineTexts } from '../app/i18n.ts';

export const spoolTexts = defineTexts('spool', {
  'zh-CN': {
    title: '补收', hint: '作者自己送不到的内容，由工作站代送到中心。记录性的已收下并注明；要有权才能办的没有办，请安排人重新办理。',
    none: '没有要看的补收内容。', 'none.hint': '有人停用、钥匙吊销或换了岗位后，留在工作站里的内容会到这里。',
    who: '作者', made: '何时', what: '内容', case: '案件', because: '为什么到这里', became: '结果', at: '{{workstation}}',
    'became.recorded': '已收，已注明', 'became.refused': '没有办理',
    'because.refused': '中心没有受理', 'because.person-disabled': '账号已停用', 'because.role-may-not': '现在的岗位不能办', 'because.key-revoked': '签名钥匙已吊销', 'because.key-unproven': '没有本人签名', 'because.workstation-revoked': '工作站已停用', 'because.workstation-unproven': '没有工作站签名',
    open: '打开案件', seen: '看过了', 'seen.all': '全部看过', import: '导入补送文件…', importing: '正在送…',
    outcome: '收下 {{taken}} · 未受理 {{refused}} · 到补收 {{inTray}} · 读不出 {{unreadable}} · 还要等 {{stays}}',
    'salvage.title': '没送出的内容',
    'salvage.why': '这台机器上的人没来得及送出的内容，已封存在本机，只有中心能打开。不登录也可以替他们送出，或导出成文件带到别处。',
    'salvage.count': '给这个中心的还有 {{n}} 条。', 'salvage.count.none': '没有给这个中心的内容。',
    'salvage.deliver': '现在送到中心', 'salvage.export': '导出成文件', 'salvage.import': '导入文件并送出…', 'salvage.exported': '已导出 {{rows}} 条：{{file}}', 'salvage.close': '收起',
    'salvage.kept': '导出的文件也是封存的，里面看不到客户。送过再送也只算一次。',
  },
  en: {
    title: 'Late work', hint: 'What its author could not send any more, handed in by a workstation. What records was taken in and marked; what needs an entitled person was not done: have somebody do it anew.',
    none: 'No late work to look at.', 'none.hint': 'What lies in a workstation when somebody is disabled, loses their key or changes roles comes here.',
    who: 'Author', made: 'When', what: 'What', case: 'Case', because: 'Why it is here', became: 'What became of it', at: '{{workstation}}',
    'became.recorded': 'taken in and marked', 'became.refused': 'not done',
    'because.refused': 'the centre refused it', 'because.person-disabled': 'account disabled', 'because.role-may-not': 'not in their present role', 'because.key-revoked': 'signing key revoked', 'because.key-unproven': 'not signed by the person', 'because.workstation-revoked': 'workstation revoked', 'because.workstation-unproven': 'not signed by the workstation',
    open: 'Open the case', seen: 'Put away', 'seen.all': 'Put all away', import: 'Import a salvage file…', importing: 'Sending…',
    outcome: '{{taken}} taken · {{refused}} refused · {{inTray}} to late work · {{unreadable}} unreadable · {{stays}} still waiting',
    'salvage.title': 'Unsent work',
    'salvage.why': 'What people at this machine could not send yet is kept here, sealed so that only the centre can open it. Without signing in you may send it for them, or take it elsewhere as a file.',
    'salvage.count': '{{n}} items for this centre.', 'salvage.count.none': 'Nothing for this centre.',
    'salvage.deliver': 'Send to the centre now', 'salvage.export': 'Export to a file', 'salvage.import': 'Import a file and send it…', 'salvage.exported': '{{rows}} items exported: {{file}}', 'salvage.close': 'Close',
    'salvage.kept': 'The file is sealed as well and shows no customer. What is sent twice counts once.',
  },
});

/** What the checks of policies and flows find, said in Chinese too: by its code, with the English detail behind it. */
const codes: Readonly<Record<string, string>> = {
  FLOW_EVIDENCE: '客户同意的要留原话和录音位置', FLOW_FIELD: '字段不对', FLOW_FILTER: '话术里的占位写法不对', FLOW_FORBIDDEN_WORDS: '话术里有不许说的词', FLOW_GOTO: '跳转的步骤不对', FLOW_LANGUAGE: '文字的语言不对',
  FLOW_NO_WAY_OUT: '有一步走不出去', FLOW_OPTIONS: '选项不对', FLOW_ORDER: '步骤的先后或种类不合规定', FLOW_POLICY: '用到的制度参数没有列出或不存在', FLOW_PREREQUISITE_TICKABLE: '前置条件不能由人勾选', FLOW_SECRET: '敏感字段用法不对',
  FLOW_SECTION: '分段不对', FLOW_SUGGESTION: '建议不对', FLOW_TELL: '前置条件没写不满足时怎么对客户说', FLOW_TWICE: '重复了',
  CEL_CONSTANT: '条件里的常量不对', CEL_FUNCTION: '条件里用了不允许的函数', CEL_HAS: '条件里 has() 用法不对', CEL_NOT_A_CONDITION: '这不是一个条件', CEL_NUMBER: '条件里的数字不对', CEL_SHADOW: '条件里的名字重了',
  CEL_SYNTAX: '条件写法不对', CEL_TOO_DEEP: '条件嵌套太深', CEL_TOO_LARGE: '条件太长', CEL_TYPE: '条件里的类型不对', CEL_UNKNOWN_FACT: '条件或话术里的资料没有声明', CEL_UNSUPPORTED: '条件里有不支持的写法',
};
const sayings: readonly (readonly [RegExp, string])[] = [
  [/^(\S+) must be pinned \(TP2\)$/, '$1 必须锁定（TP2）'],
  [/^the total must be typed blind \(TP6\)$/, '合计必须盲录（TP6）'],
];

/**
 * @param message the finding in English
 * @param code of a flow's check; none of a schema's own
 */
export function problemWords(message: string, code?: string): { zh: string; en: string } {
  const known = code === undefined ? undefined : codes[code];
  if (known !== undefined) return { zh: `${known}（${message}）`, en: message };
  const saying = sayings.find(([pattern]) => pattern.test(message));
  return { zh: saying === undefined ? `不符合规定（${message}）` : message.replace(saying[0], saying[1]), en: message };
}

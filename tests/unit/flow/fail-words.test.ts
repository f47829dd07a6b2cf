import { describe, expect, it } from 'vitest';
import { commandSchemas } from '#shared/case/commands.ts';
import { failWords } from '../../../renderer/flow/fail-words.ts';
import { kindKey, syncTexts } from '../../../renderer/sync/texts.ts';
import { publishRules } from '../../../server/policy/publish.ts';

describe('[SY3] [SY8] no bare codes', () => {
  it('every step that may not pass has words, the flow’s own or ours', () => {
    const { flows } = publishRules(null, null);
    const bare = flows.flatMap(({ definition }) => definition.steps.flatMap((step) => step.onFail))
      .filter((rule) => rule.say === undefined && failWords(rule.code) === null).map((rule) => rule.code);
    expect(flows.length).toBeGreaterThan(5);
    expect(bare).toEqual([]);
  });

  it('every kind of command has a name in both languages', () => {
    const kinds = Object.keys(commandSchemas);
    expect(kinds.filter((kind) => kindKey(kind) === null)).toEqual([]);
    expect(Object.keys(syncTexts.en).toSorted()).toEqual(Object.keys(syncTexts['zh-CN']).toSorted());
  });
});

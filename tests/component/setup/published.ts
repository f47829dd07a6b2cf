/** The flows, policies and calendar that come with the program, as a desktop gets them. */
import { Rules } from '#shared/protocol/rules.ts';
import { publishRules } from '../../../server/policy/publish.ts';

export const published: Rules = Rules.parse({ ...publishRules(null, null), entitlements: { reviewLimitFen: {} } });

/** The flows, policies and calendar that come with the program, as a desktop gets them. */
import { resolve } from 'node:path';
import { Rules } from '#shared/protocol/rules.ts';
import { publishRules } from '../../../server/policy/publish.ts';

export const published: Rules = Rules.parse({ ...publishRules(null, resolve(import.meta.dirname, '../../../server/policy/control.yaml')), entitlements: { reviewLimitFen: {} } });

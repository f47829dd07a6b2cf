import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { policyInForce } from '#shared/administration/administration-evolve.ts';
import type { AdministrationState } from '#shared/administration/administration-schema.ts';
import type { AdministrationView } from '#shared/administration/administration-view.ts';
import { mayDo } from '#shared/people/may.ts';
import { openHalves } from './carry-out.ts';
import type { Centre, PublishedRules } from '../centre.ts';

const DECIDED_SHOWN = 50;

/** What the program came with, under what two people have put in force since (TP12, FL1). */
function rulesOf(base: PublishedRules, state: AdministrationState): PublishedRules {
  const control = policyInForce(state) ?? base.control;
  const published = new Map(state.flows.map((flow) => [`${flow.definition.id}@${flow.definition.version}`, flow]));
  const all = [
    ...base.flows.filter(({ definition }) => !published.has(`${definition.id}@${definition.version}`)),
    ...state.flows.map(({ definition, publication }) => ({ definition, publication })),
  ];
  const newest = new Map<string, number>();
  for (const { definition, publication } of all) if (publication !== 'recalled') newest.set(definition.id, Math.max(definition.version, newest.get(definition.id) ?? 0));
  const flows = all.map(({ definition, publication }) => ({
    definition, publication: publication === 'recalled' ? ('recalled' as const) : newest.get(definition.id) === definition.version ? ('inForce' as const) : ('retired' as const),
  }));
  const { version: _was, ...rest } = { ...base, control, flows };
  return { version: createHash('sha256').update(canonicalize(rest) ?? '').digest('hex').slice(0, 16), ...rest };
}

/** What an administrator or a risk officer sees of the centre itself, without the halves of codes that are theirs alone. */
async function administrationView(centre: Centre): Promise<AdministrationView> {
  const enrolments = await centre.workstations.waiting();
  const { state } = centre.administration;
  const changes = Object.values(state.changes).sort((a, b) => (a.proposedAt < b.proposedAt ? 1 : -1));
  const waiting = changes.filter((change) => change.status === 'waiting');
  const decided = changes.filter((change) => change.status !== 'waiting').slice(0, DECIDED_SHOWN);
  return {
    people: Object.values(state.people).map(({ person, keys }) => ({ person, online: centre.online(person.id), keys: keys.map(({ keyId, registeredAt, revokedAt }) => ({ keyId, registeredAt, revokedAt })) })),
    workstations: Object.values(state.workstations),
    enrolments,
    policy: centre.rules.control,
    policyVersions: state.policies.map(({ version }) => version),
    flows: centre.rules.flows.map(({ definition, publication }) => ({ id: definition.id, version: definition.version, publication, title: definition.title })),
    stopped: Object.entries(state.stopped).map(([kind, stop]) => ({ kind, ...stop })),
    changes: [...waiting, ...decided],
    halves: [],
    ...(centre.signOn == null ? {} : { signOnIssuer: centre.signOn.issuer }),
  };
}

/** Of each centre, the last telling of its administration. */
const telling = new WeakMap<Centre, Promise<void>>();

/**
 * Tells everybody what of the centre concerns them: stopped kinds and the rules' version at once; then the centre itself to who
 * looks after it, one telling after another, or an older view could be the last one told.
 *
 * @returns when all was told; what could not be read is told the next time
 */
export function tellCentre(centre: Centre): Promise<void> {
  const { state } = centre.administration;
  const stopped = Object.entries(state.stopped).flatMap(([kind, stop]) => {
    const known = Object.keys(centre.rules.control.kinds).find((one) => one === kind);
    return known === undefined ? [] : [{ kind: known as keyof typeof centre.rules.control.kinds, since: stop.at, byName: centre.people.byId(stop.by)?.name ?? '', reason: stop.reason }];
  });
  for (const person of centre.people.all()) {
    centre.live.set(person.id, 'stopped-kinds', stopped);
    centre.live.set(person.id, 'rules-version', { version: rulesVersionFor(centre, person) });
  }
  const told = (telling.get(centre) ?? Promise.resolve()).then(() => tellAdministration(centre)).catch((error: unknown) => {
    centre.logger.error({ error: String(error) }, 'who looks after the centre could not be told of it');
  });
  telling.set(centre, told);
  return told;
}

async function tellAdministration(centre: Centre): Promise<void> {
  const halvesOf = await openHalves(centre);
  const view = await administrationView(centre);
  for (const person of centre.people.all()) {
    if (mayDo(person.role, 'propose change')) centre.live.set(person.id, 'administration', { ...view, halves: halvesOf(person.id) });
  }
}

/** The version of the rules as one person gets them: their own entitlements are among them. */
export const rulesVersionFor = (centre: Centre, person: { role: string; entitlements: unknown }): string =>
  `${centre.rules.version}.${createHash('sha256').update(canonicalize([person.role, person.entitlements]) ?? '').digest('hex').slice(0, 8)}`;

/** Tells who looks after the centre that people came or went; whoever of them is away gets it when they come. */
export async function tellPresence(centre: Centre): Promise<void> {
  if (centre.people.all().some((person) => mayDo(person.role, 'propose change') && centre.online(person.id))) await tellAdministration(centre);
}

/** Puts the centre's own state in force, now and after each change of it. */
export function publishCentre(centre: Centre, base: PublishedRules): void {
  const publish = (): void => {
    centre.rules = rulesOf(base, centre.administration.state);
    void tellCentre(centre);
  };
  publish();
  centre.administration.onChanged(publish);
}

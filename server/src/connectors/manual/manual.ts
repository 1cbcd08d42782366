import { z } from 'zod';
import { ConnectorError } from '../contract/connector-error.ts';
import { defineConnectorKind } from '../contract/connector-kind.ts';
import type { CallContext, Capabilities, Connector, Grant, HandTask, Observation, Outcome, Page, PageRequest, Reference, Resource } from '../contract/connector.ts';
import { observation } from '../contract/digest.ts';
import type { ListedAccount, ManualStore } from '../contract/manual-store.ts';
import { already, attributesOf, differenceOf, planned, refuseControlCharacters } from '../contract/plan.ts';
import { findKnown, knownState, type KnownAccount, type KnownState } from './known-state.ts';

/*
 * A system without an API. People do the work and say what they saw; the uploaded list of accounts is the read-back. So
 * every write answers `action_required`, and an observation is as old as its evidence: a list from before a change proves
 * nothing about it, and the host compares the times.
 */
const settings = z.object({
  systemName: z.string().trim().min(1).max(200).meta({ title: 'Name of the system', description: 'As the people who do the work call it.' }),
  instructions: z.string().max(2_000).default('').meta({ title: 'How to get there', description: 'Where its administration is and who may enter; shown on every task.' }),
  entitlements: z.array(z.string().trim().min(1).max(200)).max(500).default([]).meta({ title: 'Groups or rights', description: 'What can be given there, where the list of accounts does not show it.' }),
});
type Settings = z.output<typeof settings>;

export function manualConnector(settings: Settings, store: ManualStore): Connector {
  const system = settings.systemName;
  const read = async (): Promise<KnownState> => {
    const [list, confirmations] = await Promise.all([store.list(), store.confirmations()]);
    return knownState(list, confirmations);
  };
  const nothingKnown = (): ConnectorError => new ConnectorError('precondition', `nothing is known about ${system} yet: upload its list of accounts`);

  const task = (title: string, ...steps: readonly string[]): HandTask => ({
    title: `${title} in ${system}`,
    steps: [...(settings.instructions === '' ? [] : [settings.instructions]), ...steps, 'Confirm here what you then see, or upload a new list of accounts.'],
  });
  const handOver = (reference: Reference, what: HandTask): Outcome => ({ status: 'action_required', reference, task: what });

  async function existing(reference: Reference): Promise<KnownAccount & { readonly account: ListedAccount }> {
    const state = await read();
    const known = findKnown(state, reference.id);
    if (known === undefined && state.list === null) throw nothingKnown();
    if (known === undefined || known.account === null) throw new ConnectorError('not_found', `no account \`${reference.id}\` is known in ${system}`);
    return { ...known, account: known.account };
  }

  const groupNames = (state: KnownState): readonly string[] =>
    [...new Set([...settings.entitlements, ...[...state.accounts.values()].flatMap((one) => one.account?.entitlements ?? [])])].sort();

  return {
    kind: 'manual',
    version: '1',
    capabilities: () => capabilities,

    async check() {
      const state = await read();
      const warnings = state.list === null ? ['no list of accounts was uploaded yet: nothing can be proven before'] : [];
      return { isReady: true, identity: `people, for ${system}`, granted: [], missing: [], warnings };
    },

    async list(_context, type, request): Promise<Page<Resource>> {
      const state = await read();
      // Without a list, what people confirmed is a part, and an empty page would read as an empty system.
      if (state.list === null && state.accounts.size === 0) throw nothingKnown();
      if (type === 'group') return pageOf(groupNames(state).map(groupResource), (one) => one.id, request);
      if (type !== 'account') throw new ConnectorError('unsupported', `a system without an API has no \`${type}\``);
      const accounts = [...state.accounts.values()].flatMap((one) => (one.account === null ? [] : [accountResource(one.account)]));
      return { ...pageOf(accounts, (one) => one.id, request), ...(state.list === null ? { isComplete: false, warnings: ['no list of accounts was uploaded yet'] } : {}) };
    },

    async entitlements(_context, on) {
      if (!groupNames(await read()).includes(on.id)) throw new ConnectorError('not_found', `no group or right \`${on.id}\` is known in ${system}`);
      return { items: [{ id: on.id, on, slug: 'member', name: on.id, purpose: 'assignment', grantableTo: ['account'] }], isComplete: true };
    },

    async grants(_context, on, request): Promise<Page<Grant>> {
      const state = await read();
      const holders = [...state.accounts.values()].flatMap((one) => (one.account?.entitlements.includes(on.id) === true ? [one.account.id] : []));
      return pageOf(holders.map((id): Grant => ({ entitlement: on.id, principal: { type: 'account', id } })), (one) => one.principal.id, request);
    },

    async observe(_context, target): Promise<Observation> {
      if ('sessionsOf' in target) throw new ConnectorError('unsupported', `nobody can count the sessions of ${system} from here`);
      const state = await read();
      if ('resource' in target && target.resource.type === 'group') {
        if (state.list === null) throw nothingKnown();
        const exists = groupNames(state).includes(target.resource.id);
        return observation({ exists, via: state.list.via, observedAt: state.list.at, consistency: 'eventual', ...(exists ? { resource: groupResource(target.resource.id) } : {}) });
      }
      const known = findKnown(state, 'resource' in target ? target.resource.id : target.principal.id);
      const evidence = ('entitlement' in target ? known?.grantEvidence.get(target.entitlement) : undefined) ?? known?.evidence ?? state.list;
      if (evidence === null) throw nothingKnown();
      const account = known?.account ?? null;
      const seen = { exists: account !== null, via: evidence.via, observedAt: evidence.at, consistency: 'eventual' as const };
      if ('entitlement' in target) {
        // A word about the account says nothing about its rights: those are as old as the list, or as the word about them.
        const grantEvidence = known?.grantEvidence.get(target.entitlement) ?? (account === null ? evidence : (state.list ?? evidence));
        return observation({ ...seen, via: grantEvidence.via, observedAt: grantEvidence.at, isGranted: account?.entitlements.includes(target.entitlement) ?? false });
      }
      return observation(account === null ? seen : { ...seen, resource: accountResource(account) });
    },

    async create(context, account) {
      refuseControlCharacters(account.login, 'login');
      if (account.login.trim() !== account.login || account.login === '') throw new ConnectorError('invalid', 'a login has no spaces at its ends: take them out');
      const known = findKnown(await read(), account.login)?.account;
      if (known !== undefined && known !== null) return already({ type: 'account', id: known.id }, { resource: accountResource(known) });
      const attributes = attributesOf(account);
      if (context.dryRun) return planned('by hand', account.login, differenceOf(attributes, {}));
      const facts = Object.entries(attributes).map(([name, value]) => `${name}: \`${value}\``).join(', ');
      return handOver({ type: 'account', id: account.login }, task(`Create the account \`${account.login}\``, `Create an account with ${facts}.`));
    },

    async setEnabled(context, reference, enabled) {
      const { account } = await existing(reference);
      if (account.isEnabled === enabled) return already(reference);
      if (context.dryRun) return planned('by hand', account.login, { isEnabled: [account.isEnabled, enabled] }, reference);
      return handOver(reference, enabled
        ? task(`Enable \`${account.login}\``, `Open the account \`${account.login}\` and enable it.`)
        : task(`Disable \`${account.login}\``, `Open the account \`${account.login}\` and disable it.`, 'If the system can, end its open sessions and delete its tokens and keys.'));
    },

    async remove(context, reference) {
      const state = await read();
      const known = findKnown(state, reference.id);
      if (known === undefined && state.list === null) throw nothingKnown();
      if (known === undefined || known.account === null) return already(reference);
      if (context.dryRun) return planned('by hand', known.account.login, { exists: [true, false] }, reference);
      return handOver(reference, task(`Delete \`${known.account.login}\``, `Give away what the account \`${known.account.login}\` owns, then delete it.`));
    },

    grant: (context, entitlement, principal) => setGranted(context, entitlement, principal, true),
    revoke: (context, entitlement, principal) => setGranted(context, entitlement, principal, false),
  };

  async function setGranted(context: CallContext, entitlement: string, principal: Reference, isWanted: boolean): Promise<Outcome> {
    refuseControlCharacters(entitlement, 'name of the right');
    if (!isWanted) {
      const state = await read();
      const known = findKnown(state, principal.id);
      if (known === undefined && state.list === null) throw nothingKnown();
      if (known?.account?.entitlements.includes(entitlement) !== true) return already(principal);
    }
    const { account } = await existing(principal);
    const isGranted = account.entitlements.includes(entitlement);
    if (isGranted === isWanted) return already(principal);
    if (context.dryRun) return planned('by hand', `${entitlement} ${isWanted ? 'to' : 'from'} ${account.login}`, { isGranted: [isGranted, isWanted] }, principal);
    return handOver(principal, isWanted
      ? task(`Give \`${entitlement}\` to \`${account.login}\``, `Open the account \`${account.login}\` and give it \`${entitlement}\`.`)
      : task(`Take \`${entitlement}\` from \`${account.login}\``, `Open the account \`${account.login}\` and take \`${entitlement}\` from it.`));
  }
}

function pageOf<T>(items: readonly T[], key: (item: T) => string, request: PageRequest): Page<T> {
  const rest = items.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)).filter((one) => request.token === undefined || key(one) > request.token);
  const page = rest.slice(0, request.size ?? 500);
  const last = page.at(-1);
  return { items: page, isComplete: true, ...(rest.length > page.length && last !== undefined ? { next: key(last) } : {}) };
}

const accountResource = (account: ListedAccount): Resource => ({
  type: 'account', id: account.id, name: account.login,
  account: {
    login: account.login, emails: account.email === null ? [] : [account.email], status: account.isEnabled ? 'active' : 'disabled', kind: 'unknown',
    ...(account.lastSignInAt === undefined ? {} : { lastSignInAt: account.lastSignInAt }),
    profile: { login: account.login, displayName: account.name, ...(account.email === null ? {} : { email: account.email }) },
  },
  attributes: { entitlements: account.entitlements },
});

const groupResource = (name: string): Resource => ({ type: 'group', id: name, name, attributes: {} });

const reading = { pageSizeMaximum: 1_000, readConsistency: 'eventual' as const, settleMs: 0 };
const capabilities: Capabilities = {
  types: [
    {
      type: 'account', ...reading, removalIs: 'hard', initialSecrets: ['none'], knows: [],
      writes: ['login', 'email', 'givenName', 'familyName', 'displayName', 'title', 'department', 'employeeNumber', 'location'],
      operations: ['list', 'observe', 'create', 'disable', 'enable', 'remove'], permissions: {},
    },
    { type: 'group', ...reading, operations: ['list', 'observe', 'grant', 'revoke'], permissions: {}, knows: [] },
  ],
  changes: 'none',
  naturalKey: 'login',
  isByHand: true,
  rate: { concurrency: 10, scope: 'org' },
};

export const manualKind = defineConnectorKind({
  kind: 'manual',
  title: 'By hand, with a list of accounts',
  description: 'A system without an API: people do the work as tasks, and an uploaded CSV of its accounts is the read-back.',
  settings,
  secrets: [],
  build(parsed, plugs) {
    if (plugs.manualStore === undefined) throw new ConnectorError('config', 'this connection needs a place where lists and confirmations are kept');
    return manualConnector(parsed, plugs.manualStore);
  },
});

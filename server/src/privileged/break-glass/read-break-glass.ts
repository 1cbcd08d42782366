import type { BreakGlass } from '@bailiwick/contract/break-glass';
import { heldDepartures } from '../../directory/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { isAble, isOpen, waysOf } from '../last-way-in/last-way-in.ts';
import { findWaysIn } from '../last-way-in/store.ts';
import type { Needs } from '../needs.ts';
import { drillDueAt, examine, isWorking, stateOf } from './account.ts';
import { alarmAddresses, alarmRecipients, findAccounts, lastSelfTest, newestUses, openDrills } from './store.ts';

const iso = (moment: Date | null): string | null => moment?.toISOString() ?? null;
const shownUses = 50;

/** The page. What the self-test rehearses (the host, the mail) is as it found it; everything else is looked at now. */
export async function readBreakGlass({ clock, database }: Pick<Needs, 'clock' | 'database'>, _permit: Permit<'privileged.break-glass.view'>): Promise<BreakGlass> {
  const now = clock.now();
  const [accounts, uses, test, drills, addresses, recipients, ways, held] = await database.read((tx) =>
    Promise.all([findAccounts(tx), newestUses(tx, shownUses), lastSelfTest(tx), openDrills(tx, now), alarmAddresses(tx), alarmRecipients(tx), findWaysIn(tx), heldDepartures(tx)]),
  );
  const drillOf = new Map(drills.map((drill) => [drill.personId, drill]));
  const drilled = accounts.flatMap((one) => one.drilledAt ?? []).sort((a, b) => b.getTime() - a.getTime());
  return {
    accounts: accounts.map((one) => {
      const due = drillDueAt(one);
      const drill = drillOf.get(one.personId);
      return {
        id: one.personId,
        number: one.number,
        name: one.name,
        username: one.username,
        state: stateOf(one),
        isWorking: isWorking(one),
        keys: one.keys.map((key) => ({ id: key.id, name: key.name, createdAt: key.createdAt.toISOString(), lastUsedAt: iso(key.lastUsedAt), isDisabled: key.disabledAt !== null })),
        seal: one.seal && { envelope: one.seal.envelope, place: one.seal.place, keeper: one.seal.keeper, sealedAt: one.seal.sealedAt.toISOString(), sealedBy: one.seal.sealedByName },
        madeAt: one.madeAt.toISOString(),
        madeBy: one.madeByName,
        testedAt: iso(one.testedAt),
        openedAt: iso(one.openedAt),
        drilledAt: iso(one.drilledAt),
        drillDueAt: iso(due),
        isDrillOverdue: due !== null && due <= now,
        drill: drill ? { startedAt: drill.startedAt.toISOString(), startedBy: drill.startedByName, expiresAt: drill.expiresAt.toISOString() } : null,
      };
    }),
    uses: uses.map((use) => ({
      id: use.id,
      accountId: use.personId,
      accountName: use.name,
      at: use.at.toISOString(),
      device: use.device,
      address: use.address,
      isDrill: use.drillId !== null,
      drillSeconds: use.drillStartedAt && Math.max(0, Math.round((use.at.getTime() - use.drillStartedAt.getTime()) / 1_000)),
      told: use.told,
      acknowledged: use.acknowledgedAt && { at: use.acknowledgedAt.toISOString(), by: use.acknowledgedByName!, reason: use.acknowledgeReason! },
    })),
    findings: examine({ accounts, hostProblem: test?.hostProblem ?? null, mailProblem: test?.mailProblem ?? null, selfTestAt: test?.at ?? null }, now).map(({ personId, ...one }) => ({ ...one, accountId: personId })),
    selfTest: test && { at: test.at.toISOString(), by: test.byName },
    lastDrillAt: iso(drilled[0] ?? null),
    alarm: { addresses: [...addresses], recipients: [...recipients] },
    waysIn: {
      isOpen: isOpen(ways),
      ways: waysOf(ways).map((way) => ({ is: way.is, name: 'name' in way ? way.name : null, accounts: 'accounts' in way ? way.accounts : null })),
      shutOut: ways.administrators.filter((one) => !isAble(one)).map((one) => one.name),
    },
    heldDepartures: held.map((one) => ({ personId: one.personId, personName: one.personName, reason: one.reason, happenedAt: one.happenedAt.toISOString(), heldAt: one.heldAt.toISOString() })),
  };
}

/** For `bailiwick doctor`: a line for each thing, and whether it is well. */
export async function breakGlassInWords(needs: Pick<Needs, 'clock' | 'database'>): Promise<readonly { readonly is: 'well' | 'notice' | 'wrong'; readonly text: string }[]> {
  const now = needs.clock.now();
  const [accounts, test, ways] = await needs.database.read((tx) => Promise.all([findAccounts(tx), lastSelfTest(tx), findWaysIn(tx)]));
  const findings = examine({ accounts, hostProblem: test?.hostProblem ?? null, mailProblem: test?.mailProblem ?? null, selfTestAt: test?.at ?? null }, now);
  const able = ways.administrators.filter(isAble);
  return [
    able.length > 0
      ? { is: 'well', text: `${able.length === 1 ? 'one administrator' : `${able.length} administrators`} can sign in` }
      : { is: ways.workingSealed > 0 ? 'notice' : 'wrong', text: `no administrator can sign in${ways.workingSealed > 0 ? `, and ${ways.workingSealed} sealed break-glass account${ways.workingSealed === 1 ? '' : 's'} can` : ''}; \`npx bailiwick recover-admin --username <name>\` gives one a way back` },
    findings.length === 0 ? { is: 'well', text: `${accounts.length} sealed break-glass accounts, everything works` } : { is: 'notice', text: `break-glass: ${findings.map((one) => one.text).join('; ')}; see the page Break-glass` },
  ];
}

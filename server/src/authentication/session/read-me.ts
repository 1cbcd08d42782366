import type { Me, SessionCard } from '@bailiwick/contract/authentication';
import type { Permit, Principal } from '../../platform/http/index.ts';
import type { Faces } from '../branding/face.ts';
import { refuse } from '../errors.ts';
import type { Needs } from '../needs.ts';
import { subjectInScope } from './scope.ts';
import { whereIs } from '../place/where-is.ts';
import type { Session } from './session.ts';
import { findSession, findSubject, sessionsOf } from './store.ts';

type MeNeeds = Pick<Needs, 'clock' | 'config' | 'database' | 'permissionsOf' | 'consoleRoles'> & { readonly faces: Pick<Faces, 'recent'> };

export async function readMe({ clock, config, database, permissionsOf, consoleRoles, faces }: MeNeeds, principal: Principal): Promise<Me> {
  const { personId, sessionId } = principal;
  const [subject, session, roles, permissions, face] = await Promise.all([
    personId === null ? null : database.read((tx) => findSubject(tx, personId)),
    sessionId === null ? null : database.read((tx) => findSession(tx, sessionId, clock.now())),
    personId === null ? [] : database.read((tx) => consoleRoles.rolesOf(tx, personId)),
    permissionsOf(principal),
    faces.recent(),
  ]);
  return {
    person: subject && { id: subject.personId, displayName: subject.displayName, username: subject.username, workEmail: subject.workEmail, title: subject.title, department: subject.department },
    permissions: [...permissions],
    consoleRoles: [...roles],
    isBreakGlass: subject?.isBreakGlass ?? false,
    session: session && {
      id: session.id,
      assuranceLevel: session.assuranceLevel,
      methods: [...session.methods],
      isPhishingResistant: session.isPhishingResistant,
      authenticatedAt: session.authenticatedAt.toISOString(),
      expiresAt: session.expiresAt.toISOString(),
      idleExpiresAt: idleEndOf(session),
    },
    csrfToken: principal.csrfToken,
    organisation: { name: config.organisation, logo: face.logo?.path ?? null },
  };
}

const shownSessions = 100;

type ListNeeds = Pick<Needs, 'clock' | 'database' | 'geography' | 'applicationsOfSessions'>;

export async function readOwnSessions(needs: ListNeeds, permit: Permit<'authentication.own.session.read'>, principal: Principal): Promise<{ items: SessionCard[] }> {
  const { personId } = permit;
  if (!personId) throw refuse.not_a_person();
  return { items: await cardsOf(needs, personId, principal.sessionId) };
}

export async function readSessionsOfPerson(needs: ListNeeds, permit: Permit<'authentication.session.read'>, personId: string): Promise<{ items: SessionCard[] }> {
  await needs.database.read((tx) => subjectInScope(tx, permit, personId));
  return { items: await cardsOf(needs, personId, null) };
}

async function cardsOf(needs: ListNeeds, personId: string, currentId: string | null): Promise<SessionCard[]> {
  const now = needs.clock.now();
  const [sessions, find] = await Promise.all([needs.database.read((tx) => sessionsOf(tx, personId, shownSessions)), needs.database.read((tx) => whereIs(tx, needs))]);
  const applications = await needs.applicationsOfSessions(sessions.map((one) => one.id));
  return sessions.map((session) => ({
    ...asCard(session, currentId, now),
    where: find(session.address),
    applications: applications.filter((one) => one.sessionId === session.id).map(({ applicationId, name, lastAt }) => ({ applicationId, name, lastAt: lastAt.toISOString() })),
  }));
}

/** None where only the overall end is left, or where there never was another. */
const idleEndOf = (session: Session): string | null => (session.idleExpiresAt < session.expiresAt ? session.idleExpiresAt.toISOString() : null);

/** A session past its limits is shown as ended although nobody has swept it yet. */
function asCard(session: Session, currentId: string | null, now: Date): Omit<SessionCard, 'where' | 'applications'> {
  const over = session.endedAt ?? [session.expiresAt, session.idleExpiresAt].find((end) => end <= now) ?? null;
  return {
    id: session.id,
    isCurrent: session.id === currentId,
    assuranceLevel: session.assuranceLevel,
    methods: [...session.methods],
    isPhishingResistant: session.isPhishingResistant,
    device: session.device,
    address: session.address,
    createdAt: session.createdAt.toISOString(),
    authenticatedAt: session.authenticatedAt.toISOString(),
    lastSeenAt: session.lastSeenAt.toISOString(),
    idleExpiresAt: idleEndOf(session),
    expiresAt: session.expiresAt.toISOString(),
    endedAt: over?.toISOString() ?? null,
    endReason: session.endReason ?? (over ? 'its time is over' : null),
  };
}

import { Button } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Grant, PersonAccess } from '../api/authorization.ts';
import { words } from '../words/index.ts';
import css from './access-list.module.css';
import { at } from './at.ts';
import { ProofMark, type Proof } from './proof-mark.tsx';
import { RouteLink } from './route-link.tsx';
import { asSentence, EmptyState } from './state.tsx';
import { Tone } from './tone.tsx';
import { When } from './when.tsx';
import { Why } from './why.tsx';

export const proofOf = (grant: Pick<Grant, 'proof' | 'seenAt'>): { proof: Proof; says: string } => {
  const w = words.access;
  if (grant.proof === 'seen') return { proof: { state: 'proven', seenAt: grant.seenAt }, says: w.seen };
  if (grant.proof === 'not_seen') return { proof: { state: 'believed', seenAt: grant.seenAt }, says: w.notSeen };
  return { proof: { state: 'unknown', seenAt: grant.seenAt }, says: w.notRead };
};

export const byApplication = (access: PersonAccess): { id: string; name: string; grants: Grant[]; login: string | null }[] => {
  const groups = new Map<string, { id: string; name: string; grants: Grant[]; login: string | null }>();
  for (const grant of access.items) {
    const group = groups.get(grant.applicationId) ?? { id: grant.applicationId, name: grant.applicationName, grants: [], login: access.accounts.find((account) => account.applicationId === grant.applicationId)?.login ?? null };
    group.grants.push(grant);
    groups.set(grant.applicationId, group);
  }
  return [...groups.values()].sort((a, b) => a.name.localeCompare(b.name));
};

/** What somebody may do, application by application, each with why, since when, until when, and what the system itself shows. */
export function AccessList({ access, isAdmin, onEnd, empty }: { access: PersonAccess; isAdmin: boolean; onEnd?: (grant: Grant) => void; empty?: ReactNode }) {
  const w = words.access;
  const groups = byApplication(access);
  const bare = access.accounts.filter((account) => !groups.some((group) => group.id === account.applicationId));
  if (groups.length === 0 && bare.length === 0) {
    return (
      empty ?? (
        <EmptyState icon={IconKey} title={w.none}>
          {w.noneText}
        </EmptyState>
      )
    );
  }
  return (
    <div>
      {groups.map((group) => (
        <section className={css.group} key={group.id} aria-label={group.name}>
          <div className={css.head}>
            <h3>{isAdmin ? <RouteLink to={at.application(group.id)}>{group.name}</RouteLink> : group.name}</h3>
            {group.login ? <code className={css.quiet}>{group.login}</code> : null}
          </div>
          {group.grants.map((grant) => {
            const { proof, says } = proofOf(grant);
            return (
              <div className={css.row} key={grant.id}>
                <span className={css.what}>
                  {grant.entitlementName} {grant.risk === 'low' ? null : <Tone tone={grant.risk === 'privileged' ? 'attention' : 'neutral'}>{w.risk[grant.risk]}</Tone>}
                </span>
                <span className={css.why}>
                  <Why because={`${asSentence(grant.why)} ${grant.approvedByName ? w.approved(grant.approvedByName) : ''}`} path={isAdmin ? (grant.roleId ? at.role(grant.roleId) : at.auditOf({ target: `person:${grant.personId}` })) : null}>
                    {grant.source === 'birthright' && grant.roleName ? `${w.sources.birthright}: ${grant.roleName}` : `${w.sources[grant.source]}: ${grant.reason}`}
                  </Why>
                </span>
                <span className={css.quiet}>
                  <span className={css.label}>{w.columns.since} </span>
                  <When at={grant.since} />
                </span>
                <span className={css.quiet}>
                  <span className={css.label}>{w.columns.until} </span>
                  {grant.expiresAt ? (
                    <>
                      <span className="visually-hidden">{w.until} </span>
                      <When at={grant.expiresAt} />
                    </>
                  ) : (
                    w.noEnd
                  )}
                </span>
                <span className={css.proof}>
                  <ProofMark proof={proof} says={says} />
                </span>
                <span className={css.act}>
                  {onEnd ? (
                    <Button size="compact-xs" variant="subtle" color="gray" onClick={() => onEnd(grant)} aria-label={w.endTitle(grant.entitlementName)}>
                      {w.end}
                    </Button>
                  ) : null}
                </span>
              </div>
            );
          })}
        </section>
      ))}
      {bare.length > 0 ? (
        <section className={css.group}>
          <div className={css.head}>
            <h3>{w.accountsNoGrant}</h3>
            <span className={css.quiet}>{w.accountsNoGrantText}</span>
          </div>
          {bare.map((account) => (
            <div className={css.row} key={account.id}>
              <span>{account.applicationName}</span>
              <code>{account.login}</code>
              <span>{words.inventory.statuses[account.status]}</span>
              <span />
              <span>
                <ProofMark proof={{ state: 'proven', seenAt: account.observedAt }} says={words.inventory.statuses[account.status]} />
              </span>
            </div>
          ))}
        </section>
      ) : null}
    </div>
  );
}

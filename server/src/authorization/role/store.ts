import type { DatabaseError } from 'pg';
import type { EntitlementId, PersonId } from '../../directory/index.ts';
import { cursorOf, fragment, identifier, join, json, parseIdCursor, sql, textArray, type Fragment, type Tx } from '../../platform/db/index.ts';
import { refuse } from '../errors.ts';
import type { BirthrightRule, Role, RoleId, RuleAttribute } from './role.ts';

export interface RoleEntitlement {
  readonly id: EntitlementId;
  readonly name: string;
  readonly applicationId: string;
  readonly applicationName: string;
  readonly risk: 'low' | 'high' | 'privileged';
}

export interface RoleInList extends Omit<Role, 'entitlementIds'> {
  readonly entitlements: readonly RoleEntitlement[];
  readonly people: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const whole = fragment`
  select r.id, r.name, r.description, r.rule, r.created_at, r.updated_at,
         (select count(distinct g.person_id) from authz.grant g where g.role_id = r.id and g.ended_at is null) as people,
         coalesce((
           select jsonb_agg(jsonb_build_object('id', e.entitlement_id, 'name', e.name, 'applicationId', e.application_id, 'applicationName', e.application_name, 'risk', e.risk) order by e.application_name, e.name)
             from authz.role_entitlement re join directory.entitlement_card e on e.entitlement_id = re.entitlement_id
            where re.role_id = r.id), '[]') as entitlements
    from authz.role r`;

export async function listRoles(tx: Tx, filter: { search?: string | undefined; cursor?: string | undefined; limit: number }): Promise<{ items: RoleInList[]; next: string | null }> {
  const after = filter.cursor === undefined ? null : parseIdCursor(filter.cursor);
  if (filter.cursor !== undefined && !after) throw refuse.cursor_unknown();
  const rows = await sql<RoleInList & { sortName: string }>(tx)`
    select listed.*, lower(listed.name) as sort_name
      from (${whole} where r.removed_at is null
        ${filter.search ? fragment`and position(directory.fold(${filter.search}) in directory.fold(r.name)) > 0` : fragment``}
        ${after ? fragment`and (lower(r.name), r.id) > (${after.key}, ${after.id}::uuid)` : fragment``}
        order by lower(r.name), r.id
        limit ${filter.limit + 1}) as listed
     order by lower(listed.name), listed.id`;
  const page = rows.slice(0, filter.limit);
  const last = page.at(-1);
  return { items: page.map(({ sortName, ...one }) => one), next: rows.length > filter.limit && last ? cursorOf({ key: last.sortName, id: last.id }) : null };
}

export async function findRoleInList(tx: Tx, id: RoleId): Promise<RoleInList | null> {
  const [row] = await sql<RoleInList>(tx)`${whole} where r.id = ${id} and r.removed_at is null`;
  return row ?? null;
}

/** Every role that is there; few, whatever the size of the company. */
export async function rolesWithEntitlements(tx: Tx): Promise<Role[]> {
  return sql<Role>(tx)`
    select r.id, r.name, r.description, r.rule, array(select re.entitlement_id from authz.role_entitlement re where re.role_id = r.id order by 1) as entitlement_ids
      from authz.role r
     where r.removed_at is null
     order by r.name`;
}

export async function findRoleForUpdate(tx: Tx, id: RoleId): Promise<Role | null> {
  const [row] = await sql<Omit<Role, 'entitlementIds'>>(tx)`select id, name, description, rule from authz.role where id = ${id} and removed_at is null for update`;
  if (!row) return null;
  const entitlements = await sql<{ entitlementId: EntitlementId }>(tx)`select entitlement_id from authz.role_entitlement where role_id = ${id} order by 1`;
  return { ...row, entitlementIds: entitlements.map((one) => one.entitlementId) };
}

export async function insertRole(tx: Tx, role: Role, at: Date): Promise<void> {
  await saying(role, () => sql(tx)`
    insert into authz.role (id, name, description, rule, created_at, updated_at)
         values (${role.id}, ${role.name}, ${role.description}, ${role.rule === null ? null : json(role.rule)}, ${at}, ${at})`);
  await saveEntitlements(tx, role);
}

export async function updateRole(tx: Tx, role: Role, at: Date): Promise<void> {
  await saying(role, () => sql(tx)`update authz.role set name = ${role.name}, description = ${role.description}, rule = ${role.rule === null ? null : json(role.rule)}, updated_at = ${at} where id = ${role.id}`);
  await sql(tx)`delete from authz.role_entitlement where role_id = ${role.id} and entitlement_id <> all(${textArray(role.entitlementIds)}::uuid[])`;
  await saveEntitlements(tx, role);
}

export async function markRoleRemoved(tx: Tx, id: RoleId, at: Date): Promise<void> {
  await sql(tx)`update authz.role set removed_at = ${at}, updated_at = ${at} where id = ${id}`;
}

async function saveEntitlements(tx: Tx, role: Role): Promise<void> {
  if (role.entitlementIds.length === 0) return;
  await saying(role, () => sql(tx)`
    insert into authz.role_entitlement (role_id, entitlement_id)
    select ${role.id}, one from unnest(${textArray(role.entitlementIds)}::uuid[]) as one
    on conflict do nothing`);
}

async function saying<T>(role: Role, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { constraint, detail = '' } = error as DatabaseError;
    if (constraint === 'a_role_name_is_used_once') throw refuse.role_name_taken({ name: role.name });
    if (constraint === 'a_role_names_an_entitlement') throw refuse.entitlement_not_found({ entitlement: /=\((.*)\) is not present/.exec(detail)?.[1] ?? '' });
    throw error;
  }
}

const columnOf: Readonly<Record<RuleAttribute, Fragment>> = { department: identifier('p', 'department'), title: identifier('p', 'title'), location: identifier('p', 'location'), employmentType: identifier('p', 'employment_type'), division: identifier('p', 'division') };

/** `matches` of the noun, as a condition on `directory.person_card p`; people only. A test holds the two together. */
export const ruleAsSql = (rule: BirthrightRule): Fragment =>
  rule.all.length === 0 ? fragment`p.source <> 'break-glass'` : fragment`(p.source <> 'break-glass' and ${join(rule.all.map(({ attribute, isOneOf }) => fragment`(${columnOf[attribute]} is not null and ${columnOf[attribute]} = any(${textArray(isOneOf)}))`), fragment` and `)})`;

/** Who works here (or will) and fits the rule, in order of id. */
export async function peopleMatching(tx: Tx, rule: BirthrightRule, options: { readonly after?: PersonId | null | undefined; readonly limit?: number | undefined } = {}): Promise<PersonId[]> {
  const rows = await sql<{ personId: PersonId }>(tx)`
    select p.person_id
      from directory.person_card p
     where p.status <> 'left' and ${ruleAsSql(rule)} ${options.after ? fragment`and p.person_id > ${options.after}` : fragment``}
     order by p.person_id
     limit ${options.limit ?? 10_000}`;
  return rows.map((row) => row.personId);
}

/** Whom a role touches: who holds something by it now, and whom its rule gives it. For planning after it changed; a page at a time. */
export async function peopleOfRole(tx: Tx, roleId: RoleId, options: { readonly after?: PersonId | null | undefined; readonly limit?: number | undefined } = {}): Promise<PersonId[]> {
  const [role] = await sql<{ rule: BirthrightRule | null }>(tx)`select rule from authz.role where id = ${roleId} and removed_at is null`;
  const after = options.after ? fragment`and p.person_id > ${options.after}` : fragment``;
  const rows = await sql<{ personId: PersonId }>(tx)`
    select person_id from (
      select distinct p.person_id from authz.grant p where p.role_id = ${roleId} and p.ended_at is null ${after}
      ${role?.rule ? fragment`union select p.person_id from directory.person_card p where p.status <> 'left' and ${ruleAsSql(role.rule)} ${after}` : fragment``}
    ) as touched
     order by person_id
     limit ${options.limit ?? 10_000}`;
  return rows.map((row) => row.personId);
}

export interface RoleEffect {
  readonly entitlementId: EntitlementId;
  readonly entitlementName: string;
  readonly applicationName: string;
  readonly people: number;
}

/**
 * What would change if the role were as given. Gains: people it matches who have no open grant. Losses: people who hold a birthright
 * grant by it, whom it or no other role gives the entitlement any more.
 */
export async function previewRole(tx: Tx, given: { readonly roleId: RoleId | null; readonly rule: BirthrightRule | null; readonly entitlementIds: readonly EntitlementId[] }): Promise<{ peopleMatching: number; gains: RoleEffect[]; losses: RoleEffect[]; sample: { personId: PersonId; displayName: string; department: string | null; title: string | null }[] }> {
  const condition = given.rule === null ? fragment`false` : ruleAsSql(given.rule);
  const [counted] = await sql<{ count: number }>(tx)`select count(*) as count from directory.person_card p where p.status <> 'left' and ${condition}`;
  const gains = await sql<RoleEffect>(tx)`
    select e.entitlement_id, e.name as entitlement_name, e.application_name, count(*) as people
      from directory.entitlement_card e
      join directory.person_card p on p.status <> 'left' and ${condition}
     where e.entitlement_id = any(${textArray(given.entitlementIds)}::uuid[])
       and not exists (select from authz.grant g where g.person_id = p.person_id and g.entitlement_id = e.entitlement_id and g.ended_at is null)
     group by 1, 2, 3
     order by 3, 2`;
  const others = (await rolesWithEntitlements(tx)).filter((role) => role.id !== given.roleId && role.rule !== null && role.entitlementIds.length > 0);
  const givenByOthers = others.length === 0 ? fragment`false` : join(others.map((role) => fragment`(g.entitlement_id = any(${textArray(role.entitlementIds)}::uuid[]) and ${ruleAsSql(role.rule!)})`), fragment` or `);
  const losses =
    given.roleId === null
      ? []
      : await sql<RoleEffect>(tx)`
          select e.entitlement_id, e.name as entitlement_name, e.application_name, count(*) as people
            from authz.grant g
            join directory.entitlement_card e on e.entitlement_id = g.entitlement_id
            join directory.person_card p on p.person_id = g.person_id
           where g.role_id = ${given.roleId} and g.ended_at is null and g.source = 'birthright' and p.status <> 'left'
             and not (g.entitlement_id = any(${textArray(given.entitlementIds)}::uuid[]) and ${condition})
             and not (${givenByOthers})
           group by 1, 2, 3
           order by 3, 2`;
  const sample = await sql<{ personId: PersonId; displayName: string; department: string | null; title: string | null }>(tx)`select p.person_id, p.display_name, p.department, p.title from directory.person_card p where p.status <> 'left' and ${condition} order by p.sort_name, p.person_id limit 12`;
  return { peopleMatching: counted?.count ?? 0, gains, losses, sample };
}

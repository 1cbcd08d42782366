import { fragment, type Fragment } from '../../platform/db/index.ts';

/**
 * Groups of people as questions, for those below the ladder who rule by group and may not know what a role is: each is a
 * `select` over what this domain publishes, so that asking it about thousands is still one question.
 */
export const peopleGroups: { readonly withConsoleRole: Fragment; readonly administrators: Fragment; readonly decideResets: Fragment; readonly inRoles: Fragment; readonly roles: Fragment } = {
  withConsoleRole: fragment`select r.person_id from authz.console_role_card r`,
  administrators: fragment`select r.person_id from authz.console_role_card r where r.role = 'administrator'`,
  /** As `decision.ts` lets them, about whoever holds no privilege; managers are the directory's to say. */
  decideResets: fragment`select r.person_id from authz.console_role_card r where r.role in ('administrator', 'help_desk')`,
  /** Whoever holds something by the role, and whoever its rule is for (`matches` of the noun, over the stored rule). */
  inRoles: fragment`
    select g.person_id, g.role_id from authz.grant_card g where g.role_id is not null and g.ended_at is null
    union
    select q.person_id, r.role_id
      from authz.role_card r
      join directory.person_card q on q.status <> 'left'
       and not exists (select from jsonb_array_elements(r.rule -> 'all') as condition
                        where not coalesce(condition -> 'isOneOf' ? case condition ->> 'attribute' when 'department' then q.department when 'title' then q.title when 'location' then q.location
                                                                         when 'employmentType' then q.employment_type when 'division' then q.division end, false))
     where r.removed_at is null and r.rule is not null`,
  roles: fragment`select r.role_id, r.name from authz.role_card r where r.removed_at is null`,
};

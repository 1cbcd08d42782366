import { sentenceOf, type Entry } from './entry.ts';

/** OCSF 1.5, category 3 (identity and access management). */
const classes = { accountChange: 3001, authentication: 3002, entityManagement: 3004, userAccessManagement: 3005 } as const;
const classNames: Readonly<Record<number, string>> = { 3001: 'Account Change', 3002: 'Authentication', 3004: 'Entity Management', 3005: 'User Access Management' };

type Activity = readonly [classUid: number, activityId: number, activityName: string];

const entityActivities: Readonly<Record<string, readonly [number, string]>> = { add: [1, 'Create'], make: [1, 'Create'], create: [1, 'Create'], read: [2, 'Read'], change: [3, 'Update'], remove: [4, 'Delete'], revoke: [4, 'Delete'], prune: [4, 'Delete'] };

function activityOf(action: string): Activity {
  const [domain = '', noun = '', verb = ''] = action.split('.');
  if (domain === 'authentication' && (noun === 'sign-in' || (noun === 'session' && verb === 'start'))) return [classes.authentication, 1, 'Logon'];
  if (domain === 'authentication' && (noun === 'sign-out' || (noun === 'session' && verb === 'end'))) return [classes.authentication, 2, 'Logoff'];
  if (noun === 'grant' || noun === 'console-role') return verb === 'give' ? [classes.userAccessManagement, 1, 'Assign Privileges'] : [classes.userAccessManagement, 2, 'Revoke Privileges'];
  if (domain === 'directory' && noun === 'person') {
    if (verb === 'add') return [classes.accountChange, 1, 'Create'];
    if (verb === 'activate' || verb === 'rehire') return [classes.accountChange, 2, 'Enable'];
    if (verb === 'leave') return [classes.accountChange, 5, 'Disable'];
  }
  const known = entityActivities[verb];
  return known ? [classes.entityManagement, known[0], known[1]] : [classes.entityManagement, 99, 'Other'];
}

/** One entry as an OCSF event; what OCSF has no place for stays under `unmapped`, hash included. */
export function ocsfOf(entry: Entry): Record<string, unknown> {
  const [classUid, activityId, activityName] = activityOf(entry.action);
  const [targetType = '', targetUid = ''] = entry.target?.split(/:(.*)/s) ?? [];
  const target = entry.target === null ? null : { uid: targetUid || entry.target, name: entry.targetName ?? undefined };
  const isAllowed = entry.outcome === 'allowed';
  return {
    activity_id: activityId,
    activity_name: activityName,
    category_uid: 3,
    category_name: 'Identity & Access Management',
    class_uid: classUid,
    class_name: classNames[classUid],
    type_uid: classUid * 100 + activityId,
    time: entry.at.getTime(),
    severity_id: isAllowed ? 1 : 2,
    status_id: isAllowed ? 1 : 2,
    status: isAllowed ? 'Success' : 'Failure',
    ...(entry.reason === null ? {} : { status_detail: entry.reason }),
    message: sentenceOf(entry),
    actor: { user: { uid: entry.actor, name: entry.actorName } },
    ...(classUid === classes.entityManagement ? { entity: { type: targetType || 'none', uid: target?.uid ?? 'none', ...(target?.name ? { name: target.name } : {}) } } : { user: target ?? { uid: entry.actor, name: entry.actorName } }),
    ...(classUid === classes.userAccessManagement ? { privileges: [entry.facts['entitlement'] ?? entry.facts['role'] ?? 'unknown'] } : {}),
    metadata: { version: '1.5.0', product: { name: 'Bailiwick', vendor_name: 'Bailiwick' }, log_name: 'audit', uid: String(entry.seq), sequence: entry.seq },
    unmapped: { action: entry.action, target: entry.target, facts: entry.facts, hash: entry.hash },
  };
}

/** HR event to last confirmed removal: what PRODUCT promises for systems within reach (p95 ≤ 60 s). */
export const timeToZeroTargetMs = 60_000;
/** Every human has a second factor. */
export const mfaTarget = 1;

export interface Counts {
  readonly movementsInAlarm: number;
  readonly brakes: number;
  readonly manualTasks: number;
  readonly connectionsAway: number;
  readonly importsHeld: number;
  readonly accountsTiedToNobody: number;
  readonly openDrift: number;
  readonly peopleWithoutSecondFactor: number;
  readonly enrolmentsStopped: number;
  readonly tokensExpiring: number;
  readonly disavowals: number;
  readonly breakGlassUses: number;
  readonly lastWayInGuessed: number;
  readonly departuresHeld: number;
  readonly breakGlassFindings: number;
  readonly breakGlassOpen: number;
  readonly drillsOverdue: number;
  readonly breakGlassMissing: number;
  readonly auditBroken: number;
}

export interface Need {
  readonly kind: 'audit_broken' | 'break_glass_used' | 'sign_in_disavowed' | 'departure_held' | 'last_way_in_guessed' | 'break_glass_self_test' | 'break_glass_open' | 'break_glass_drill' | 'break_glass_missing' | 'movement_alarm' | 'brake' | 'manual_task' | 'connection_away' | 'hr_import_held' | 'accounts_tied_to_nobody' | 'drift' | 'people_without_second_factor' | 'enrolment_stopped' | 'token_expiring';
  readonly urgency: 'now' | 'today' | 'soon';
  readonly count: number;
  readonly title: string;
  readonly otherwise: string;
  readonly link: string;
}

const some = (count: number, one: string, many: string): string => (count === 1 ? `one ${one}` : `${count} ${many}`);
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** What waits for a person, most urgent first; nothing that is at zero. */
export function needsOf(counts: Counts): readonly Need[] {
  const all: readonly Need[] = [
    { kind: 'audit_broken', urgency: 'now', count: counts.auditBroken, title: 'The audit chain is broken: what stands in the database is not what was sealed', otherwise: 'what happened from that place on can no longer be proven', link: '/admin/audit' },
    { kind: 'break_glass_used', urgency: 'now', count: counts.breakGlassUses, title: `${counts.breakGlassUses === 1 ? 'A break-glass account was used' : `Break-glass accounts were used ${counts.breakGlassUses} times`}, and nobody has said why`, otherwise: 'whoever opened the envelope may still do everything', link: '/admin/break-glass' },
    { kind: 'sign_in_disavowed', urgency: 'now', count: counts.disavowals, title: `${some(counts.disavowals, 'person', 'people')} said “this was not me” in the last 7 days`, otherwise: 'whoever it was may still know a password or hold a factor that was added', link: '/admin/audit?action=authentication.sign-in.disavow' },
    { kind: 'departure_held', urgency: 'now', count: counts.departuresHeld, title: `${some(counts.departuresHeld, 'administrator left', 'administrators left')} according to HR and could not go: nobody else can sign in as administrator`, otherwise: 'somebody who left goes on administering everything', link: '/admin/break-glass' },
    { kind: 'last_way_in_guessed', urgency: 'now', count: counts.lastWayInGuessed, title: 'Somebody guesses at the last way in for administrators', otherwise: 'they have one try an hour, until there is a passkey, a second administrator, or two sealed envelopes', link: '/admin/break-glass' },
    { kind: 'movement_alarm', urgency: 'now', count: counts.movementsInAlarm, title: `${some(counts.movementsInAlarm, 'movement is', 'movements are')} not proven after 4 hours`, otherwise: 'somebody may still have access that was taken away on paper', link: '/admin/movements?state=alarm' },
    { kind: 'brake', urgency: 'now', count: counts.brakes, title: `The brake holds ${some(counts.brakes, 'system', 'systems')}`, otherwise: 'the held removals do not happen', link: '/admin/applications' },
    { kind: 'hr_import_held', urgency: 'now', count: counts.importsHeld, title: `${some(counts.importsHeld, 'HR file waits', 'HR files wait')} for an answer`, otherwise: 'joiners, movers and leavers in it are not acted on', link: '/admin/hr' },
    { kind: 'enrolment_stopped', urgency: 'now', count: counts.enrolmentsStopped, title: `${some(counts.enrolmentsStopped, 'sign-in rule has', 'sign-in rules have')} stopped, since too many people could not get in`, otherwise: 'the stronger sign-in is only offered, and nobody has to set it up', link: '/admin/enrolment' },
    { kind: 'break_glass_self_test', urgency: 'today', count: counts.breakGlassFindings, title: `The self-test of the break-glass accounts found ${some(counts.breakGlassFindings, 'thing', 'things')}`, otherwise: 'the glass may not break on the day it must', link: '/admin/break-glass' },
    { kind: 'break_glass_open', urgency: 'today', count: counts.breakGlassOpen, title: `${some(counts.breakGlassOpen, 'break-glass account lies', 'break-glass accounts lie')} open after its use`, otherwise: 'its key is in nobody knows whose hand', link: '/admin/break-glass' },
    { kind: 'break_glass_drill', urgency: 'today', count: counts.drillsOverdue, title: `${some(counts.drillsOverdue, 'break-glass drill is', 'break-glass drills are')} overdue`, otherwise: 'nobody knows whether the key still opens the door', link: '/admin/break-glass' },
    { kind: 'manual_task', urgency: 'today', count: counts.manualTasks, title: `${some(counts.manualTasks, 'step waits', 'steps wait')} for a person, in systems without an API`, otherwise: 'these steps stay unproven and become alarms', link: '/admin/movements?state=waiting' },
    { kind: 'connection_away', urgency: 'today', count: counts.connectionsAway, title: `${some(counts.connectionsAway, 'system does', 'systems do')} not answer`, otherwise: 'nothing there can be changed or proven', link: '/admin/applications' },
    { kind: 'drift', urgency: 'today', count: counts.openDrift, title: `${some(counts.openDrift, 'difference', 'differences')} between what was decided and what systems show`, otherwise: 'access without a reason stays', link: '/admin/inventory?tab=drift' },
    { kind: 'accounts_tied_to_nobody', urgency: 'soon', count: counts.accountsTiedToNobody, title: `${some(counts.accountsTiedToNobody, 'account is', 'accounts are')} tied to nobody`, otherwise: 'nobody is asked about them, and no leaver takes them away', link: '/admin/inventory' },
    { kind: 'people_without_second_factor', urgency: 'soon', count: counts.peopleWithoutSecondFactor, title: `${some(counts.peopleWithoutSecondFactor, 'person has', 'people have')} no second factor yet`, otherwise: 'they cannot sign in until somebody hands them an access pass, and set one up then', link: '/admin/people?status=active' },
    { kind: 'break_glass_missing', urgency: 'soon', count: counts.breakGlassMissing, title: 'No break-glass account is sealed yet', otherwise: 'when no administrator can sign in, only the command on the host is left', link: '/admin/break-glass' },
    { kind: 'token_expiring', urgency: 'soon', count: counts.tokensExpiring, title: `${some(counts.tokensExpiring, 'API token ends', 'API tokens end')} within 14 days`, otherwise: 'the scripts that use them stop', link: '/admin/settings?tab=tokens' },
  ];
  return all.filter((need) => need.count > 0).map((need) => ({ ...need, title: capital(need.title) }));
}

import { z } from 'zod';
import { later, minutes } from '../../platform/clock/index.ts';
import { digestOf } from '../../platform/crypto/index.ts';
import { networkOf, page, redirect, type Answer, type CookieChange, type PageFrame, type Principal, type RequestFacts } from '../../platform/http/index.ts';
import { askBeforeEnrolling } from '../enrolment/ask-enrolment.ts';
import { startTotpIn } from '../factor/enrol-totp.ts';
import { allSlots, drawRecoveryCodes, issueRecoveryCodesIn } from '../factor/issue-recovery-codes.ts';
import { askForPasskey, invitePasskey } from '../factor/passkey.ts';
import { enrolledFactors, nobody, recoverySlots } from '../factor/store.ts';
import type { Needs } from '../needs.ts';
import { keyScreens } from '../passkey-model/screens.ts';
import { neededKeysIn } from '../passkey-model/needed.ts';
import { speakerFor, type PhraseName } from '../pages/phrases.ts';
import { lookAtPrompt } from '../push/ask-prompt.ts';
import { isCodeOut } from '../recovery/store.ts';
import { endedAsDrill } from '../session/end-sessions.ts';
import { sessionCookie } from '../session/read-session.ts';
import { endReasonOf, findSession, findSubject, findSubjectByUsername, type Subject } from '../session/store.ts';
import { personActor } from '../session/person-actor.ts';
import { shownAtOf } from '../tally/tally.ts';
import type { Devices } from '../throttle/device.ts';
import { beginCertificate, takeCertificate } from '../certificate/prove-certificate.ts';
import { noFactors, type EnrolledFactors, type Step } from './next-step.ts';
import { beginSignInIn, finishSignIn, noteShownCodesIn, stepOfSignIn, stepWith, type Finished, type Held, type Where } from './progress.ts';
import { provePasskey, type From } from './prove.ts';
import { safeReturnTo } from './return-to.ts';
import { drawScreen, namedScreen, namesByItself, pathOf, screensOf, type Extra, type Said, type Screen, type View } from './screens.ts';
import { signInTogether } from './sign-in-together.ts';
import { signInCookie, type Purpose, type SignIn } from './sign-in.ts';
import { findSignIn, type FoundSignIn } from './store.ts';
import { strictest, workforceFloor, type Wanted } from './strength.ts';
import { parsed, takenOf, takes, type Taken, type TakeNeeds, type Taking } from './take.ts';

export type WalkNeeds = Needs & TakeNeeds & { readonly pageFrame: PageFrame; readonly devices: Devices };

const text = z.string().max(4_096).default('');
export const posted = z.object({ step: z.string().max(40), username: text, password: text, code: text, response: z.string().max(60_000).default(''), return_to: text, step_up: text, began: text, send: text, with: text });
type Body = z.infer<typeof posted>;
export const asked = z.object({ return_to: z.string().optional(), step_up: z.string().optional(), with: z.string().optional(), again: z.string().optional(), expired: z.string().optional() });
type Asked = z.infer<typeof asked>;

export interface Visit {
  readonly principal: Principal | null;
  readonly request: RequestFacts;
  readonly cookies: Readonly<Record<string, string | undefined>>;
  readonly csrf: string;
  readonly languages: readonly string[];
}

/** Of the browser that went to the certificate door. */
const certificateCookie = 'bailiwick-certificate';

const start: Step = { is: 'identify' };

/** The page of this step, and on it the screen that was wished for, where the step has that one. */
function pageOf(step: Step, purpose: Purpose, wish: string | undefined): string {
  const screen = namedScreen(wish);
  return screen && screensOf(step).includes(screen) ? `${pathOf(step, purpose)}?with=${screen}` : pathOf(step, purpose);
}

/** For so long after a session has ended its browser is told why. */
const lastWordMs = minutes(10);

/** Posts of one address in a minute: many people may sit behind one address at nine on a Monday, a guesser needs more. */
export const postsPerMinute = 240;

const wantedOf = (stepUp: string): Wanted => ({ level: stepUp === '3' ? 3 : 2, isPhishingResistant: stepUp === 'phishing_resistant' || stepUp === '3' });

/** What the pages of the sign-in do: a look shows where it stands, a take makes one step of it. */
export function openWalk(needs: WalkNeeds) {
  const { database, clock, config, rateLimits, devices, pageFrame } = needs;

  const held = async (visit: Visit): Promise<FoundSignIn | null> => {
    const secret = visit.cookies[signInCookie];
    return secret ? database.read((tx) => findSignIn(tx, digestOf(secret), clock.now())) : null;
  };
  const keep = ({ secret }: Held): CookieChange => ({ name: signInCookie, value: secret });
  const forget: CookieChange = { name: signInCookie, value: null };

  // Forms that lead to the certificate door may follow it there.
  const certificateOrigins = config.certificateDoor ? [config.certificateDoor.url.origin] : [];

  async function show(visit: Visit, options: { signIn: SignIn | null; purpose: Purpose; step: Step; wish?: string | undefined; told?: PhraseName | null; problem?: Said | null; status?: number; typed?: string; returnTo: string; stepUp?: string; cookies?: readonly CookieChange[] }): Promise<Answer> {
    const speaker = speakerFor(visit.languages);
    // Where there is no door, a certificate is offered only to whoever has nothing else, and is told what to do.
    const ways = screensOf(options.step).filter((one) => one !== 'certificate' || config.certificateDoor !== null);
    const allowed = ways.length > 0 ? ways : screensOf(options.step);
    const screen = allowed.find((one) => one === options.wish) ?? allowed[0] ?? 'username';
    const view: View = {
      speaker,
      organisation: config.organisation,
      host: config.url.host,
      csrf: visit.csrf,
      sessionCsrf: visit.principal?.csrfToken ?? null,
      signIn: options.signIn,
      purpose: options.purpose,
      step: options.step,
      told: options.told ?? null,
      problem: options.problem ?? null,
      typed: options.typed ?? '',
      returnTo: options.returnTo,
      stepUp: options.stepUp ?? '',
      began: String(clock.now().getTime()),
      wish: namedScreen(options.wish),
      hasCertificateDoor: certificateOrigins.length > 0,
    };
    // Without a name, `passkey` is part of the page that asks for one.
    const shown = options.step.is === 'identify' ? 'username' : screen;
    const { title, content } = drawScreen(shown, view, await extraFor(shown, options.signIn));
    return page(pageFrame.frame({ title, content, languages: visit.languages, isOnce: shown === 'codes' }), { status: options.status ?? 200, cookies: options.cookies ?? [], formTargets: [...(await needs.formTargetsOf(options.returnTo)), ...certificateOrigins] });
  }

  async function extraFor(screen: Screen, signIn: SignIn | null): Promise<Extra> {
    const none: Extra = { totp: null, codes: [], push: null, isCodeMailed: false };
    if (screen === 'push' && signIn) return { ...none, push: await lookAtPrompt(needs, signIn) };
    if (signIn?.wanted.level === 3 && keyScreens.includes(screen)) return { ...none, ...(await database.read((tx) => neededKeysIn(tx, screen, signIn))) };
    if (screen === 'mailed-code' && signIn) return { ...none, isCodeMailed: await database.read((tx) => isCodeOut(tx, 'recover', signIn.id, clock.now())) };
    if ((screen !== 'new-totp' && screen !== 'codes') || !signIn?.personId) return none;
    const subject = await database.read((tx) => findSubject(tx, signIn.personId!));
    if (!subject) return none;
    if (screen === 'new-totp') return { ...none, totp: await database.transaction((tx) => startTotpIn(tx, needs, subject, 'Authenticator app', signIn.createdAt)) };
    return { ...none, codes: await showCodes(signIn, subject) };
  }

  async function showCodes(signIn: SignIn, subject: Subject): Promise<readonly string[]> {
    const unused = new Set((await database.read((tx) => recoverySlots(tx, subject.personId))).map((one) => one.slot));
    const slots = signIn.progress.codeSlots.length > 0 ? signIn.progress.codeSlots : allSlots.filter((slot) => !unused.has(slot));
    const codes = await drawRecoveryCodes(needs, slots);
    const isNoted = await database.transaction(async (tx) => {
      if (!(await noteShownCodesIn(tx, needs, signIn.id, slots))) return false;
      await issueRecoveryCodesIn(tx, needs, { actor: personActor(subject.personId), actorName: subject.displayName }, subject, codes);
      return true;
    });
    return isNoted ? codes.shown : [];
  }

  /**
   * Where the sign-in stands now, or the end of it: a session. `factors`: as this request has read them, where it left them as they
   * are; null asks anew. They only choose the page: whether there is a session is asked once more by `finishSignIn`.
   */
  async function goOn(visit: Visit, moved: Held, factors: EnrolledFactors | null, wish?: string): Promise<Answer> {
    const step = factors ? stepWith(moved.signIn, factors) : await database.read((tx) => stepOfSignIn(tx, moved.signIn));
    if (step.is === 'enrol' && !moved.signIn.progress.enrolment) {
      const asked = await askBeforeEnrolling(needs, moved.signIn.id);
      if (asked) return redirect(pathOf(stepWith(asked.signIn, asked.factors), moved.signIn.purpose), [keep(moved)]);
    }
    if (step.is !== 'done') return redirect(pageOf(step, moved.signIn.purpose, wish), [keep(moved)]);
    const where = whereOf(visit);
    const finished = await finishSignIn(needs, moved.signIn, where);
    if (!finished) return redirect('/sign-in?expired=1');
    if ('asked' in finished) return redirect(pathOf(stepWith(finished.asked, finished.factors), finished.asked.purpose), [keep(moved)]);
    return enter(finished, where);
  }

  const whereOf = ({ request, cookies, principal }: Visit): Where => ({ userAgent: request.userAgent, address: request.address, deviceId: devices.read(cookies) ?? devices.make(), replaces: principal?.sessionId ?? null });
  const enter = ({ secret, returnTo }: Finished, { deviceId }: Where): Answer => redirect(returnTo, [{ name: sessionCookie, value: secret }, devices.cookie(deviceId), forget]);

  async function stepUp(visit: Visit, sessionId: string, personId: string, query: Asked): Promise<Answer> {
    const now = clock.now();
    const began = await database.transaction(async (tx) => {
      const [session, subject] = [await findSession(tx, sessionId, now), await findSubject(tx, personId)];
      if (!session || !subject) return null;
      // Never below what the session is worth already: a fresh but weaker proof would otherwise speak for the stronger one.
      const wanted = strictest(strictest(workforceFloor, wantedOf(query.step_up ?? '2')), { level: session.assuranceLevel, isPhishingResistant: session.isPhishingResistant });
      return beginSignInIn(tx, needs, { purpose: 'step-up', username: subject.username, personId, sessionId, wanted, proofs: [], returnTo: safeReturnTo(query.return_to, config.url.origin) });
    });
    return began ? goOn(visit, began, null) : redirect('/sign-in?expired=1', [forget]);
  }

  /** Whoever held the key in a drill of a break-glass account sees its session end by itself, and is told that this is how it should be. */
  async function lastWordFor({ principal, cookies }: Visit): Promise<PhraseName | null> {
    const secret = cookies[sessionCookie];
    if (principal || !secret) return null;
    return (await database.read((tx) => endReasonOf(tx, digestOf(secret), later(clock.now(), -lastWordMs)))) === endedAsDrill ? 'drill_done' : null;
  }

  const look = (purpose: 'sign-in' | 'recover' | 'enrol') => async (visit: Visit & { query: Asked }): Promise<Answer> => {
    const { query, principal } = visit;
    const here = purpose === 'enrol' ? '/enrol' : purpose === 'recover' ? '/recover' : '/sign-in';
    const returnTo = safeReturnTo(query.return_to, config.url.origin);
    if (query.again !== undefined) return redirect(here === '/enrol' ? '/sign-in' : here, [forget]);
    if (purpose === 'sign-in' && query.step_up !== undefined && principal?.sessionId && principal.personId) return stepUp(visit, principal.sessionId, principal.personId, query);
    const isNew = query.return_to !== undefined || query.step_up !== undefined;
    const found = isNew || query.expired !== undefined ? null : await held(visit);
    if (found && !(purpose === 'recover' && found.signIn.purpose !== 'recover')) {
      const { signIn, factors } = found;
      const step = stepWith(signIn, factors);
      if (step.is === 'done') return goOn(visit, { signIn, secret: visit.cookies[signInCookie]! }, factors);
      if (signIn.progress.isDisavowed && here === '/sign-in') return show(visit, { signIn: null, purpose: 'sign-in', step, problem: { phrase: 'push_disavowed' }, returnTo: signIn.returnTo, cookies: [forget] });
      if (pathOf(step, signIn.purpose) !== here) return redirect(pathOf(step, signIn.purpose));
      return show(visit, { signIn, purpose: signIn.purpose, step, wish: query.with, returnTo: signIn.returnTo });
    }
    if (purpose === 'enrol') return redirect('/sign-in');
    if (purpose === 'sign-in' && principal?.sessionId && query.expired === undefined) return redirect(returnTo);
    return show(visit, { signIn: null, purpose, step: start, returnTo, stepUp: query.step_up ?? '', wish: query.with, told: await lastWordFor(visit), problem: query.expired === undefined ? null : { phrase: 'expired' } });
  };

  const take = (purpose: 'sign-in' | 'recover') => async (visit: Visit & { body: Body }): Promise<Answer> => {
    const { body, request, cookies } = visit;
    await rateLimits.take(`sign-in ${networkOf(request.address)}`, postsPerMinute, 60);
    const from = { address: request.address, deviceId: devices.read(cookies) };
    const returnTo = safeReturnTo(body.return_to || undefined, config.url.origin);
    const wanted = strictest(workforceFloor, wantedOf(body.step_up));
    const shownAt = shownAtOf(body.began, clock.now());

    if (body.step === 'username') {
      const username = body.username.trim().normalize('NFC');
      if (username === '' || username.length > 254) return show(visit, { signIn: null, purpose, step: start, problem: { phrase: 'missing' }, status: 400, typed: username.slice(0, 254), returnTo, stepUp: body.step_up, wish: body.with });
      if (purpose === 'sign-in' && body.password !== '') return takeTogether(visit, { username, wanted, returnTo, shownAt }, from);
      const began = await database.read(async (tx) => {
        const subject = await findSubjectByUsername(tx, username);
        return beginSignInIn(tx, needs, { purpose, username, personId: subject?.personId ?? null, sessionId: null, wanted, proofs: [], returnTo, shownAt });
      });
      // Nothing is proven yet: what comes next is the same for every name, so no factors are asked for.
      return goOn(visit, began, noFactors, body.with);
    }

    const found = await held(visit);
    const signIn = found?.signIn ?? null;
    const step = found ? stepWith(found.signIn, found.factors) : start;
    if (body.step === 'passkey' && step.is === 'identify') {
      const began = await provePasskey(needs, null, { purpose: 'sign-in', wanted, returnTo, shownAt }, from, parsed(body.response));
      if (!began) return show(visit, { signIn: null, purpose: 'sign-in', step: start, problem: { phrase: 'wrong_passkey' }, status: 401, returnTo, stepUp: body.step_up });
      return goOn(visit, began, null);
    }
    if (body.step === 'certificate' && config.certificateDoor && (namesByItself({ signIn, purpose: signIn?.purpose ?? purpose }) || screensOf(step).includes('certificate'))) {
      const { to, browserSecret } = await beginCertificate(needs, signIn, signIn ? { purpose: signIn.purpose, wanted: signIn.wanted, returnTo: signIn.returnTo } : { purpose: 'sign-in', wanted, returnTo });
      return redirect(to, [{ name: certificateCookie, value: browserSecret }]);
    }
    // What this browser holds is left alone: it may be newer than what this tab sent (two tabs at once), and what is old opens nothing.
    if (!found || !signIn) return redirect('/sign-in?expired=1');
    const isSkip = body.step === 'skip' && step.is === 'enrol' && step.isOptional;
    const screen = screensOf(step).find((one) => one === body.step);
    // A page of another moment (the back button, a second tab, a forged order of steps): show where it really stands.
    if ((!screen || screen === 'username' || screen === 'lacks-key' || screen === 'certificate') && !isSkip) return step.is === 'done' ? goOn(visit, { signIn, secret: cookies[signInCookie]! }, found.factors) : redirect(pathOf(step, signIn.purpose));
    const taken = await takes[isSkip ? 'skip' : (screen as Taking)](needs, signIn, { ...from, named: found.named, userAgent: request.userAgent }, body);
    if (taken.is === 'again') return redirect(pageOf(step, signIn.purpose, screen), [keep(taken.held)]);
    if (taken.is === 'moved') return goOn(visit, taken.held, screen === 'password' || screen === 'totp' ? found.factors : null);
    if (taken.is === 'lost') return redirect('/sign-in?expired=1');
    return show(visit, { signIn, purpose: signIn.purpose, step, wish: screen, problem: taken.problem, status: taken.status, returnTo: signIn.returnTo });
  };

  /** Name and password, perhaps the code too, in one form. What is missing or wrong is asked for on the page of its own. */
  async function takeTogether(visit: Visit & { body: Body }, beginning: Parameters<typeof signInTogether>[1], from: From): Promise<Answer> {
    const where = whereOf(visit);
    const together = await signInTogether(needs, beginning, visit.body, from, where);
    if (together.is === 'in') return enter(together.finished, where);
    const { begun, named, password } = together;
    const stayAt = (at: Held, step: Step, wish: Screen, taken: Taken & { is: 'stay' }): Promise<Answer> => show(visit, { signIn: at.signIn, purpose: 'sign-in', step, wish, problem: taken.problem, status: taken.status, returnTo: at.signIn.returnTo, cookies: [keep(at)] });
    const taken = takenOf(password, 'wrong_password');
    if (taken.is === 'stay') return stayAt(begun, stepWith(begun.signIn, noFactors), 'password', taken);
    if (taken.is === 'lost') return redirect('/sign-in?expired=1');
    const at = taken.held;
    const factors = await database.read((tx) => enrolledFactors(tx, at.signIn.personId ?? nobody));
    const step = stepWith(at.signIn, factors);
    if (visit.body.code === '' || !screensOf(step).includes('totp')) return goOn(visit, at, factors);
    const next = await takes.totp(needs, at.signIn, { ...from, named, userAgent: where.userAgent }, visit.body);
    if (next.is === 'stay') return stayAt(at, step, 'totp', next);
    return next.is === 'lost' ? redirect('/sign-in?expired=1') : goOn(visit, next.held, factors);
  }

  /** A challenge to prove with a passkey. Keys are named only to somebody who has proven something, or who is signed in. */
  async function challengeToProve(visit: Visit): Promise<{ options: Record<string, unknown> }> {
    await rateLimits.take(`passkey ${networkOf(visit.request.address)}`, postsPerMinute, 60);
    const signIn = (await held(visit))?.signIn;
    const personId = signIn && (signIn.proofs.length > 0 || signIn.sessionId !== null) ? signIn.personId : null;
    return { options: await database.transaction((tx) => askForPasskey(tx, needs, personId, signIn?.wanted.level === 3)) };
  }

  /** A challenge to enrol a passkey, where the sign-in asks for that. */
  async function challengeToEnrol(visit: Visit): Promise<Answer | { options: Record<string, unknown> }> {
    await rateLimits.take(`passkey ${networkOf(visit.request.address)}`, postsPerMinute, 60);
    const found = await held(visit);
    const step = found && stepWith(found.signIn, found.factors);
    const subject = found?.named;
    const isAsked = (step?.is === 'enrol' && step.options.includes('passkey')) || step?.is === 'lacks-key';
    if (!found || !isAsked || !subject) return redirect('/sign-in?expired=1');
    return { options: await database.transaction((tx) => invitePasskey(tx, needs, subject, { isLevel3Wanted: found.signIn.wanted.level === 3 })) };
  }

  /** From the certificate door back to where the sign-in stands. */
  async function comeBack(visit: Visit & { query: { ticket: string } }): Promise<Answer> {
    const { cookies, request, query } = visit;
    await rateLimits.take(`certificate ${networkOf(request.address)}`, postsPerMinute, 60);
    const found = await held(visit);
    const browserSecret = cookies[certificateCookie];
    const done: CookieChange = { name: certificateCookie, value: null };
    const taken = browserSecret ? await takeCertificate(needs, query.ticket, browserSecret, found?.signIn ?? null, { address: request.address }) : ({ is: 'lost' } as const);
    if (taken.is === 'proven') return goOn(visit, taken.held, null);
    if (taken.is === 'lost') return redirect('/sign-in?expired=1', [done]);
    const isUnder = found !== null && (taken.begun.signInId === null || taken.begun.signInId === found.signIn.id);
    const step = isUnder ? stepWith(found.signIn, found.factors) : start;
    return show(visit, { signIn: isUnder ? found.signIn : null, purpose: isUnder ? found.signIn.purpose : 'sign-in', step, wish: 'certificate', problem: { phrase: `certificate_${taken.problem}` }, status: 401, returnTo: taken.begun.returnTo, cookies: [done] });
  }

  return { look, take, challengeToProve, challengeToEnrol, comeBack };
}

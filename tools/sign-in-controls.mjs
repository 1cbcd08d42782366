// `docs/reference/sign-in-controls.md`: what ASVS asks to be written down about signing in and about sessions, with the numbers that the code enforces.

const time = (ms) => (ms % 86_400_000 === 0 ? `${ms / 86_400_000} d` : ms % 3_600_000 === 0 ? `${ms / 3_600_000} h` : ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1_000} s`);
const seconds = (n) => time(n * 1_000);

/** `server`: imports a file of server/src. */
export async function signInControls(server, { made, table }) {
  const [{ sessionLimits, mostOpenSessions }, { ceilings }, { passwordRule }, throttle, { postsPerMinute }, { accessPassLifeMs }, { challengeLifeMs }, { freshForMs }, { signInLifeMs }, { strengthOf }] = await Promise.all(
    ['session/session', 'session-limit/session-limit', 'factor/password', 'throttle/throttle', 'sign-in/walk', 'factor/issue-access-pass', 'factor/passkey', 'factor/factor', 'sign-in/sign-in', 'sign-in/strength'].map((name) => server(`authentication/${name}.ts`)),
  );
  const at = '';
  const sets = [
    ['passkey with PIN, finger or face, kept on one device and attested as a listed model', [{ method: 'passkey', at, isUserVerified: true, isSynced: false, isListed: true }]],
    ['passkey with PIN, finger or face', [{ method: 'passkey', at, isUserVerified: true, isSynced: true }]],
    ['password and a touched key', [{ method: 'password', at }, { method: 'passkey', at, isUserVerified: false, isSynced: false }]],
    ['certificate, PIN and hardware', [{ method: 'certificate', at, isUserVerified: true, isHardwareBound: true }]],
    ['password and authenticator app', [{ method: 'password', at }, { method: 'totp', at }]],
    ['password and push, six digits typed', [{ method: 'password', at }, { method: 'push', at }]],
    ['password and recovery code', [{ method: 'password', at }, { method: 'recovery-code', at }]],
  ];
  return [
    '# Signing in: what protects it',
    made,
    'What OWASP ASVS 5.0.0 asks to have in writing (V6.1, V7.1). The numbers are read out of the code that enforces them.',
    // ASVS 6.1.1
    '## Guessing',
    `Every try is counted as wrong before it is checked and forgiven when it was right. From try ${throttle.failuresUntilWaiting} in a row on there are waits: ${[0, 1, 2, 3].map((more) => seconds(throttle.waitSecondsAfter(throttle.failuresUntilWaiting + more))).join(', ')} and so on, up to ${seconds(throttle.waitSecondsAfter(99))}. After ${throttle.failuresUntilDisabled} in a row that factor (not the person) is switched off until it is set up anew, but for the one without which no administrator could sign in: strangers have one try an hour there, and the administrators are told ([why](../decisions/0021-last-way-in-and-break-glass.md)). One address may send ${postsPerMinute} forms in a minute; \`BAILIWICK_RATE_LIMITS\` switches that limit off for measurements, and nothing else of this.`,
    'Nobody is locked out by a stranger: each browser in which a person has signed in before waits for itself, all others wait together, so a botnet that hammers one name makes itself wait and not her laptop. Passkeys cannot be guessed and do not wait. A name that nobody has, a wrong secret and somebody who left are answered in the same words after the same work. People are told of a sign-in from a browser never seen before, and, once a day, that strangers try their account.',
    // ASVS 6.1.2
    '## Words that no password may lean on',
    `The name of the organisation (\`BAILIWICK_ORGANISATION\`), the host name of the address (\`BAILIWICK_URL\`), the product's name, and of the person the display name, the username and both e-mail addresses, each also in its parts of three letters and more. A password that is little more than one of them is refused, and so are the 474,743 common and leaked ones of the [block-list](../decisions/0020-password-block-list.md). ${passwordRule.minimumWithSecondFactor} characters at least where a second factor is asked (always, at this moment), ${passwordRule.minimumAlone} alone, ${passwordRule.maximum} at most, any characters, no expiry.`,
    // ASVS 6.1.3, 6.3.3
    '## Ways in',
    'There is one way to a session: the pages `/sign-in`, `/enrol` and `/recover`, which all end in `finishSignIn`. What a session is worth follows from what was proven:',
    table(['proven', 'level', 'cannot be phished', '`amr`'], sets.map(([name, proofs]) => { const strength = strengthOf(proofs); return [name, strength.level, strength.isPhishingResistant ? 'yes' : 'no', strength.methods.join(' ')]; })),
    `Less than level 2 is no session. An access pass (${time(accessPassLifeMs)}, once) and the set-up link only let somebody set up factors. Recovery takes a recovery code and one more thing. A stronger level, or one that cannot be phished, is asked for by applications, roles and step-up; it is not the floor for everybody, since people with a telephone and no security key must be able to begin; the enrolment of a passkey is offered first everywhere, and the console shows who lacks one. Beside this: API tokens, made by a person after a fresh sign-in and never worth more than that person, and the command on the server host (\`bailiwick recover-admin\`), which needs the host and leaves an entry in the audit.`,
    // ASVS 7.1.1
    '## How long sessions last',
    table(['level', 'at most', 'without use', 'norm'], [1, 2, 3].map((level) => [level, time(sessionLimits[level].overallMs), sessionLimits[level].idleMs === null ? 'no limit' : time(sessionLimits[level].idleMs), sessionLimits[level].source])),
    `These defaults are NIST SP 800-63B-4's own numbers. An administrator may choose others, longer ones only with a written reason that is kept and shown, and never more than ${[1, 2, 3].map((level) => `${time(ceilings[level].overallMs)}${ceilings[level].idleMs === null ? '' : ` and ${time(ceilings[level].idleMs)} without use`} at level ${level}`).join(', ')}; what holds now is in the settings and at \`GET /api/v1/sign-in-policy\`. A new proof begins both anew, use only the second. Changing factors and other things that outlive a session ask for a proof of the last ${time(freshForMs)}. A sign-in that is not finished ends after ${time(signInLifeMs)}, a challenge to a key after ${time(challengeLifeMs)}.`,
    // ASVS 7.1.2
    '## How many sessions at once',
    `${mostOpenSessions} for one person; when there are more, those unused for longest end. In one browser there is one session; signing in again ends the one before. People see all of theirs, with device and place, and end them after a fresh proof; administrators and the help desk end those of others; a leaver has none from the next request on.`,
    // ASVS 7.1.3
    '## Other systems with sessions',
    'Applications that sign in over OpenID Connect keep sessions of their own. Here is the truth: refresh and introspection find nothing any more at the moment a session ends or a person leaves, and each application with a back-channel address is told, with eight tries. `prompt=login`, `max_age` and `acr_values` make a sign-in fresh or strong enough for one application; the ID token says what it was (`acr`, `amr`, `auth_time`). What an application does with its own cookie afterwards is its own; the application page shows whether it can be told.',
  ];
}

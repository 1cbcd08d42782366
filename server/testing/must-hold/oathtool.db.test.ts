import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outputOf, whyMissing } from '../programs.ts';
import { visitor, type Visitor } from '../visitor.ts';
import { openWorld, type Actor, type World } from '../world.ts';

/**
 * Codes of an independent program (oathtool of the OATH Toolkit), at the real door. Our own library reckons nothing here: not while
 * the app is connected, and not while it signs in.
 */
const missing = whyMissing('oathtool', 'oathtool');
const step = 30_000;

/** As the app of the person would show it at that moment. */
const codeAt = (key: string, at: Date): string => outputOf('oathtool', ['--totp=sha1', '--base32', '--digits=6', '--time-step-size=30s', `--now=${at.toISOString().replace('T', ' ').slice(0, 19)} UTC`, key]);

describe.skipIf(missing !== null)(missing ?? 'codes of an independent program (63B-4 3.1.4, ASVS 6.5.1)', () => {
  let world: World;
  let anna: Actor;
  let key: string;
  beforeAll(async () => {
    world = await openWorld();
    await world.setUp();
    anna = await world.hire('Anna', 'Linde');
    // Connected with a code of oathtool, by the key that the page shows.
    const { pass } = await (await world.script()).api<{ pass: string }>('POST', `/api/v1/people/${anna.id}/access-pass`, { reason: 'first day' });
    const who = anna.browser;
    await who.go('/sign-in');
    await who.post('/sign-in', { step: 'username', username: anna.credentials.username });
    await who.go('/sign-in?with=access-pass');
    await who.post('/sign-in', { step: 'access-pass', code: pass });
    await who.go('/enrol?with=new-password');
    await who.post('/enrol', { step: 'new-password', password: anna.credentials.password });
    const page = await who.go('/enrol?with=new-totp');
    key = /id="totp-key">([A-Z2-7 ]+)</.exec(page.text)![1]!.replaceAll(' ', '');
    const codes = await who.post('/enrol', { step: 'new-totp', code: codeAt(key, world.clock.now()) });
    expect(codes.text).toContain('id="recovery-codes"');
    await who.post('/enrol', { step: 'codes' });
    await who.api('GET', '/api/v1/me');
  }, 120_000);
  afterAll(() => world?.close());

  const newBrowser = (): Visitor => visitor(world.address, world.clock);
  /** To the door of the code; each browser shows its own. */
  async function atTheCode(): Promise<(code: string) => Promise<number>> {
    const who = newBrowser();
    await who.go('/sign-in');
    await who.post('/sign-in', { step: 'username', username: anna.credentials.username });
    expect((await who.post('/sign-in', { step: 'password', password: anna.credentials.password })).text).toContain('name="code"');
    return async (code) => {
      const reply = await who.post('/sign-in', { step: 'totp', code });
      return reply.at === '/' ? 200 : reply.status;
    };
  }
  /** To the middle of a step some steps on, so that a slow machine does not cross into the next. */
  const toTheMiddle = (steps: number): Date => {
    const now = world.clock.now().getTime();
    world.clock.forward((Math.floor(now / step) + steps) * step + 10_000 - now);
    return world.clock.now();
  };

  it('the code of now signs in, once: shown again it is refused, in another browser too (replay)', async () => {
    const [first, second] = [await atTheCode(), await atTheCode()];
    const code = codeAt(key, toTheMiddle(3));
    expect(code).toMatch(/^\d{6}$/);
    expect(await first(code)).toBe(200);
    expect(await second(code)).toBe(401);
    expect(await (await atTheCode())(code)).toBe(401);
  });

  it('a clock that is one step off is forgiven, before and after; two steps are not', async () => {
    for (const [off, status] of [[-1, 200], [1, 200], [-2, 401], [2, 401]] as const) {
      const door = await atTheCode();
      const now = toTheMiddle(10);
      expect([off, await door(codeAt(key, new Date(now.getTime() + off * step)))]).toEqual([off, status]);
      // What is held against wrong tries ends.
      world.clock.forward(2 * 3_600_000);
    }
  });

  it('a code of a step before the one that was used last is refused, although its time is not over', async () => {
    const [first, second] = [await atTheCode(), await atTheCode()];
    const now = toTheMiddle(10);
    expect(await first(codeAt(key, new Date(now.getTime() + step)))).toBe(200);
    expect(await second(codeAt(key, now))).toBe(401);
  });

  it('the code of another key, of another hash or of another length is refused', async () => {
    const door = await atTheCode();
    const now = toTheMiddle(10).toISOString().replace('T', ' ').slice(0, 19);
    const other = outputOf('oathtool', ['--totp=sha1', '--base32', `--now=${now} UTC`, 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP']);
    const sha256 = outputOf('oathtool', ['--totp=sha256', '--base32', `--now=${now} UTC`, key]);
    const eight = outputOf('oathtool', ['--totp=sha1', '--base32', '--digits=8', `--now=${now} UTC`, key]);
    for (const code of [other, sha256, eight]) expect(await door(code)).toBe(401);
  });

  it('the key has 160 bits, so that no table of codes leads back to it', () => {
    expect(key).toMatch(/^[A-Z2-7]{32}$/);
  });
});

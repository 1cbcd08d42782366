import { generateKeyPairSync, sign } from 'node:crypto';
import type { PromptAnswered } from '@bailiwick/contract/push';

type Send = (path: string, body: unknown) => Promise<{ readonly status: number; readonly body: Record<string, unknown> }>;

export interface PromptSeen {
  readonly id: string;
  readonly nonce: string;
  readonly place: string;
  readonly application: string | null;
  readonly browser: string;
  readonly address: string;
  readonly secondsLeft: number;
}

/** A telephone as `pages/push.js` is one: a key of its own, no session, and every answer signed. Written apart from it on purpose. */
export function telephone(send: Send, origin: string) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const point = publicKey.export({ format: 'der', type: 'spki' }).subarray(-65).toString('base64url');
  const signed = (...lines: string[]): string => sign('sha256', Buffer.from(lines.join('\n')), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url');
  let deviceId = '';

  const self = {
    send,
    signed,
    point,
    get deviceId() {
      return deviceId;
    },
    async pair(link: string, name = 'My telephone'): Promise<{ status: number; body: Record<string, unknown> }> {
      const token = new URL(link).hash.slice(1);
      const looked = await send('/api/v1/push/pairing', { token });
      if (looked.status !== 200) return looked;
      const paired = await send('/api/v1/push/devices', { token, name, publicKey: point, signature: signed('bailiwick push pairing', origin, String(looked.body['challenge']), point) });
      if (paired.status === 201) deviceId = String(paired.body['deviceId']);
      return paired;
    },
    async look(): Promise<{ status: number; body: Record<string, unknown> }> {
      const nonce = String((await send('/api/v1/push/nonce', { deviceId })).body['nonce']);
      return send('/api/v1/push/waiting', { deviceId, nonce, signature: signed('bailiwick push waiting', origin, deviceId, nonce) });
    },
    async waiting(): Promise<readonly PromptSeen[]> {
      return (await self.look()).body['items'] as PromptSeen[];
    },
    /** Of this telephone, about that question; whatever `more` says is said in place of it after signing. */
    answerOf(prompt: Pick<PromptSeen, 'id' | 'nonce'>, decision: string, digits = '', more: Record<string, unknown> = {}): Record<string, unknown> {
      return { deviceId, promptId: prompt.id, decision, digits, nonce: prompt.nonce, signature: signed('bailiwick push answer', origin, deviceId, prompt.id, prompt.nonce, decision, digits), ...more };
    },
    async answer(prompt: Pick<PromptSeen, 'id' | 'nonce'>, decision: 'approve' | 'deny' | 'not_me', digits = ''): Promise<PromptAnswered['outcome'] | number> {
      const { status, body } = await send('/api/v1/push/answer', self.answerOf(prompt, decision, digits));
      return status === 200 ? (body['outcome'] as PromptAnswered['outcome']) : status;
    },
    async subscribe(to: { endpoint: string; p256dh: string; auth: string } | null): Promise<number> {
      const nonce = String((await send('/api/v1/push/nonce', { deviceId })).body['nonce']);
      return (await send('/api/v1/push/subscription', { deviceId, nonce, subscription: to, signature: signed('bailiwick push subscription', origin, deviceId, nonce, to?.endpoint ?? '', to?.p256dh ?? '', to?.auth ?? '') })).status;
    },
  };
  return self;
}

export type Telephone = ReturnType<typeof telephone>;

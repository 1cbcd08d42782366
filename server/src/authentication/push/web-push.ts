import { createECDH } from 'node:crypto';
import { Agent, request } from 'node:https';
import { isIP } from 'node:net';
import webPush from 'web-push';
import { z } from 'zod';
import { Failure } from '../../platform/errors/index.ts';
import { timeoutSignal } from '../../platform/jobs/index.ts';
import { isPublicAddress, publicLookup } from '../../platform/outgoing/index.ts';
import type { Needs } from '../needs.ts';

/** Where a browser's own push service takes messages for it (RFC 8030), and the keys that only the browser can read with (RFC 8291). */
export const subscription = z.strictObject({ endpoint: z.string().min(1).max(1_000), p256dh: z.string().min(1).max(100), auth: z.string().min(1).max(60) });
export type Subscription = z.infer<typeof subscription>;

const bytesOf = (text: string): Buffer | null => (/^[A-Za-z0-9_-]+$/.test(text) ? Buffer.from(text, 'base64url') : null);

/**
 * SSRF: the endpoint comes from a browser, so it may be anything. Taken are addresses of the open internet at the port of
 * https; the name is judged again at the moment of connecting.
 */
export function isUsable({ endpoint, p256dh, auth }: Subscription): boolean {
  if (!URL.canParse(endpoint)) return false;
  const url = new URL(endpoint);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const isOpen = isIP(host) === 0 ? host.includes('.') : isPublicAddress(host);
  const point = bytesOf(p256dh);
  return url.protocol === 'https:' && url.port === '' && url.username === '' && url.password === '' && isOpen && point?.length === 65 && point[0] === 4 && isOnCurve(point) && (bytesOf(auth)?.length ?? 0) === 16;
}

function isOnCurve(point: Buffer): boolean {
  try {
    const curve = createECDH('prime256v1');
    curve.generateKeys();
    curve.computeSecret(point);
    return true;
  } catch {
    return false;
  }
}

export interface VapidKeys {
  readonly publicKey: string;
  readonly privateKey: string;
}

/** Who we are to push services (RFC 8292): one key pair of the house, derived from its master key, so that every node has the same and none is stored. */
export function vapidKeysOf(keys: Pick<Needs['keys'], 'derive'>): VapidKeys {
  for (let round = 0; ; round += 1) {
    const curve = createECDH('prime256v1');
    const secret = keys.derive(round === 0 ? 'web push' : `web push ${round}`);
    try {
      curve.setPrivateKey(secret);
    } catch {
      // Not below the order of the curve: one in four thousand million.
      continue;
    }
    return { publicKey: curve.getPublicKey().toString('base64url'), privateKey: secret.toString('base64url') };
  }
}

export type Sent = 'sent' | 'gone';

export interface PushSender {
  readonly publicKey: string;
  /** `gone`: the browser has taken its subscription back. Throws a Failure when the service does not take it at present. */
  send(to: Subscription, message: { readonly title: string; readonly body: string }, signal: AbortSignal): Promise<Sent>;
}

const openInternet = (): Agent => new Agent({ lookup: publicLookup, maxSockets: 16, timeout: 10_000 });

export function openPushSender({ keys, config }: Pick<Needs, 'keys'> & { readonly config: Pick<Needs['config'], 'url' | 'isSecure'> }, agent: Agent = openInternet()): PushSender {
  const vapid = vapidKeysOf(keys);
  const subject = config.isSecure ? config.url.origin : 'mailto:nobody@localhost';
  return {
    publicKey: vapid.publicKey,
    async send(to, message, signal) {
      if (!isUsable(to)) return 'gone';
      // Encrypted for this browser alone (RFC 8291): the push service sees that there is something, never what.
      const { headers, body } = webPush.generateRequestDetails({ endpoint: to.endpoint, keys: { p256dh: to.p256dh, auth: to.auth } }, JSON.stringify(message), { vapidDetails: { subject, ...vapid }, TTL: 60, urgency: 'high', topic: 'sign-in' });
      const status = await new Promise<number>((resolve, reject) => {
        const sending = request(to.endpoint, { method: 'POST', agent, headers: headers as Record<string, string>, signal: AbortSignal.any([signal, timeoutSignal(10_000)]) }, (reply) => {
          // What it says is of no use, and could be without end.
          reply.destroy();
          resolve(reply.statusCode ?? 0);
        });
        sending.on('error', reject);
        sending.end(body);
      }).catch((error: unknown) => {
        throw new Failure('the push service does not answer', { isTemporary: true, cause: error });
      });
      if (status === 404 || status === 410) return 'gone';
      if (status < 200 || status > 299) throw new Failure(`the push service answered ${status}`, { isTemporary: status === 429 || status >= 500 });
      return 'sent';
    },
  };
}

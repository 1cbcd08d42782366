import { connect, createServer, type AddressInfo, type NetConnectOpts, type Socket } from 'node:net';
import { connect as connectSecure, createServer as createSecureServer } from 'node:tls';
import type { Wire } from './contract-suite.ts';

/** For tests: stands between a connector and its server, and breaks the conversation on purpose; with `tls`, as its server. */
export async function breakableTcp(upstream: NetConnectOpts, isWrite: (sent: Buffer) => boolean, tls?: { readonly key: string; readonly cert: string }): Promise<{ port: number; wire: Wire; close(): Promise<void> }> {
  let next: 'lose' | 'fail' | 'stall' | null = null;
  const open = new Set<Socket>();
  const relay = (client: Socket): void => {
    const peer = tls === undefined ? connect(upstream) : connectSecure({ ...upstream, rejectUnauthorized: false });
    for (const socket of [client, peer]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => { open.delete(socket); client.destroy(); peer.destroy(); });
    }
    // It is meant for the next call, which has a connection of its own: an older one may still be saying goodbye.
    const mine = next;
    next = null;
    let isLost = false;
    client.on('data', (sent) => {
      if (mine === 'stall') return;
      if (mine === 'fail') { client.destroy(); return; }
      if (mine === 'lose' && isWrite(sent)) isLost = true;
      peer.write(sent);
    });
    // The reply has come: the server has acted. It goes no further.
    peer.on('data', (said) => { if (isLost) client.destroy(); else client.write(said); });
  };
  const server = tls === undefined ? createServer(relay) : createSecureServer(tls, relay);
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return {
    port: (server.address() as AddressInfo).port,
    wire: {
      loseNextReplyToWrite: () => { next = 'lose'; },
      failNextRead: () => { next = 'fail'; },
      stallNextRead: () => { next = 'stall'; },
    },
    close: () => new Promise((resolve) => {
      for (const socket of open) socket.destroy();
      server.close(() => resolve());
    }),
  };
}

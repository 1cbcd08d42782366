import { z } from 'zod';
import { certificateOf, networkOf, redirect, route, type AnyRoute } from '../../platform/http/index.ts';
import type { Needs } from '../needs.ts';
import { triesPerMinute } from './listener.ts';
import { answerCertificate } from './prove-certificate.ts';

/** The certificate door where a trusted proxy asks for the certificate and passes it in a header. The same address as at our own listener. */
export function certificateDoorRoutes(needs: Pick<Needs, 'clock' | 'database' | 'announce' | 'mailer' | 'config' | 'countSignIn' | 'rateLimits'>): readonly AnyRoute[] {
  return [
    route({
      method: 'GET',
      path: '/sign-in/certificate',
      permission: null,
      public: 'people sign in here; the proxy in front asks for the certificate',
      summary: 'The certificate door behind a proxy',
      query: z.object({ ask: z.string().max(100).default('') }),
      run: async ({ query, request }) => {
        await needs.rateLimits.take(`certificate ${networkOf(request.address)}`, triesPerMinute, 60);
        // At our own listener the handshake tells; a header that came here would be somebody's own writing.
        if (!needs.config.certificateDoor?.header) return redirect('/sign-in');
        return redirect(await answerCertificate(needs, query.ask, certificateOf(request), { address: request.address }));
      },
    }),
  ];
}

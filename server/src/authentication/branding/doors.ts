import type { FastifyPluginAsync, FastifyReply } from 'fastify';
import type { Face, Faces } from './face.ts';

/**
 * Style and logo of the brand, by names that change with the content. They hold no secret and need no session. An address of
 * before (a page that was drawn a moment ago) gets what holds now, and is not kept.
 */
export const brandDoors = (faces: Faces): FastifyPluginAsync => async (app) => {
  const known = async (path: string): Promise<{ face: Face; isExact: boolean }> => {
    // Asked each time: what was taken away must not be shown on because a process still has it.
    const face = await faces.refresh();
    return { face, isExact: face.style?.path === path || face.logo?.path === path };
  };
  const keep = (reply: FastifyReply, isExact: boolean): FastifyReply => reply.header('cache-control', isExact ? 'public, max-age=31536000, immutable' : 'no-cache');

  const sendLogo = (reply: FastifyReply, logo: NonNullable<Face['logo']>, isExact: boolean): FastifyReply =>
    keep(reply, isExact)
      .type(logo.type)
      // Opened by itself an SVG is a document of our origin: this one runs nothing, loads nothing, and is of no origin.
      .header('content-security-policy', "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox")
      .send(logo.bytes);

  app.get('/assets/brand/logo', async (_request, reply) => {
    const { logo } = await faces.refresh();
    return logo ? sendLogo(reply, logo, false) : reply.callNotFound();
  });
  app.get<{ Params: { name: string } }>('/assets/brand/:name', async (request, reply) => {
    const { name } = request.params;
    if (!/^[0-9a-f]{16}\.(?:css|svg|png)$/.test(name)) return reply.callNotFound();
    const { face, isExact } = await known(`/assets/brand/${name}`);
    if (name.endsWith('.css')) return keep(reply, isExact).type('text/css; charset=utf-8').send(face.style?.text ?? '');
    return face.logo ? sendLogo(reply, face.logo, isExact) : reply.callNotFound();
  });
};

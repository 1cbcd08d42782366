import formbody from '@fastify/formbody';
import fastify from 'fastify';

/** The web server alone: what any answer through it costs at least. GET as plain as can be; POST of a form for an answer as long as a token's. */
const app = fastify();
await app.register(formbody);
const answer = { access_token: 'x'.repeat(380), expires_in: 300, token_type: 'Bearer' };
app.get('/hello', () => ({ hello: 'world' }));
app.post('/form', (_request, reply) => reply.send(answer));
const address = new URL(await app.listen({ port: 0, host: '127.0.0.1' }));
process.stdout.write(`${JSON.stringify({ port: Number(address.port) })}\n`);
process.on('SIGTERM', () => process.exit(0));

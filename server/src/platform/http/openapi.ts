import { z } from 'zod';
import { statusOf } from '../errors/index.ts';
import { refuse } from './gate.ts';
import type { AnyRoute } from './route.ts';

type Json = Record<string, unknown>;

const schemaOf = (type: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema: _, ...schema } = z.toJSONSchema(type, { io, target: 'draft-2020-12', unrepresentable: 'any', override: ({ zodSchema, jsonSchema }) => { if (zodSchema._zod.def.type === 'date') { jsonSchema.type = 'string'; jsonSchema.format = 'date-time'; } } }) as Json;
  return schema;
};

const problem: Json = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code', 'requestId'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string', description: 'Of the kind of refusal, in the same language.' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What happened, why, and what to do. English, or the language of `accept-language` where there is a sentence in it; `content-language` says which.' },
    code: { type: 'string', description: 'Stable; see the reference of refusals.' },
    requestId: { type: 'string' },
    errors: { type: 'array', items: { type: 'object', properties: { path: { type: 'string' }, message: { type: 'string' } } } },
  },
};

/** The whole API as OpenAPI 3.1, out of the route table: every route, every refusal. */
export function describeApi(routes: readonly AnyRoute[], facts: { url: string; version: string }): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const one of routes.filter((each) => each.path.startsWith('/api/'))) {
    const path = one.path.replace(/:(\w+)/g, '{$1}');
    const refusals = [...(one.refusals ?? []), ...(one.permission === null ? [] : [refuse.sign_in_needed, refuse.not_permitted, refuse.stronger_sign_in_needed]), ...(one.params || one.query || one.body ? [refuse.input_invalid] : []), ...(one.method === 'GET' ? [] : [refuse.forged_request, refuse.body_unreadable, refuse.body_type_unknown, refuse.body_too_large])];
    const byStatus = new Map<number, string[]>();
    for (const refusal of refusals) byStatus.set(statusOf[refusal.kind], [...(byStatus.get(statusOf[refusal.kind]) ?? []), refusal.code]);
    const parameters = (['path', 'query'] as const).flatMap((place) => {
      const type = place === 'path' ? one.params : one.query;
      if (!type) return [];
      const schema = schemaOf(type, 'input') as { properties?: Record<string, Json>; required?: string[] };
      return Object.entries(schema.properties ?? {}).map(([name, each]) => ({ name, in: place, required: place === 'path' || (schema.required ?? []).includes(name), schema: each }));
    });
    const success: Json = one.output ? { description: 'Done.', content: { 'application/json': { schema: schemaOf(one.output, 'output') } } } : { description: 'Done.' };
    (paths[path] ??= {})[one.method.toLowerCase()] = {
      summary: one.summary,
      operationId: `${one.method.toLowerCase()}${one.path.replace(/^\/api\/v1/, '').replace(/[/:-]+(\w)/g, (_, letter: string) => letter.toUpperCase())}`,
      tags: [one.path.split('/')[3] ?? 'api'],
      ...(one.permission === null ? { security: [], description: `Public: ${one.public}` } : { description: `Needs the permission \`${String(one.permission)}\`.` }),
      ...(parameters.length > 0 ? { parameters } : {}),
      ...(one.accepts === 'bytes'
        ? { requestBody: { required: true, content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } } } }
        : one.body
          ? { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(one.body, 'input') } } } }
          : {}),
      responses: {
        [String(one.status ?? (one.output || one.method === 'GET' ? 200 : 204))]: success,
        ...Object.fromEntries([...byStatus].map(([status, codes]) => [String(status), { description: [...new Set(codes)].join(', '), content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } }])),
      },
    };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Bailiwick', version: facts.version, description: 'Everything the console does. Authenticate with an API token (`npx bailiwick token create`) or with the session cookie and the `x-csrf-token` header.', license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: facts.url }],
    security: [{ token: [] }, { session: [] }],
    paths,
    components: {
      schemas: { Problem: problem },
      securitySchemes: { token: { type: 'http', scheme: 'bearer' }, session: { type: 'apiKey', in: 'cookie', name: '__Host-bailiwick' } },
    },
  };
}

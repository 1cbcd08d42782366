import type { Chance } from './chance.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly Json[];
  readonly const?: Json;
  readonly default?: Json;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly propertyNames?: Schema;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly schema: Schema;
}

export interface ApiDescription {
  readonly paths: Readonly<Record<string, Readonly<Record<string, {
    readonly security?: readonly unknown[];
    readonly parameters?: readonly Parameter[];
    readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
    readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>>;
  }>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

export interface Operation {
  readonly name: string;
  readonly method: string;
  /** `/api/v1/people/{personId}` */
  readonly path: string;
  readonly isPublic: boolean;
  readonly pathParameters: readonly Parameter[];
  readonly query: readonly Parameter[];
  readonly body: Schema | null;
  readonly bodyType: string | null;
  readonly success: { readonly status: number; readonly schema: Schema | null };
  /** The codes that each status is declared with. */
  readonly refusals: ReadonlyMap<number, ReadonlySet<string>>;
}

export function operationsOf(description: ApiDescription): readonly Operation[] {
  return Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]) => {
      const answers = Object.entries(one.responses).map(([status, answer]) => ({ status: Number(status), ...answer }));
      const success = answers.find(({ status }) => status < 300)!;
      const [bodyType, body] = Object.entries(one.requestBody?.content ?? {})[0] ?? [null, null];
      return {
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
        isPublic: one.security?.length === 0,
        pathParameters: (one.parameters ?? []).filter((each) => each.in === 'path'),
        query: (one.parameters ?? []).filter((each) => each.in === 'query'),
        body: body?.schema ?? null,
        bodyType,
        success: { status: success.status, schema: success.content?.['application/json']?.schema ?? null },
        refusals: new Map(answers.filter(({ status }) => status >= 400).map(({ status, description: codes }) => [status, new Set(codes.split(', '))])),
      };
    }),
  );
}

/** What earlier answers showed: ids by what they name, and cursors of every list. */
export class Known {
  readonly ids = new Map<string, Set<string>>();
  readonly cursors = new Set<string>();
  /** Never drawn: the fuzz would saw off the branch it sits on. */
  readonly #kept = new Set<string>();

  keep(...ids: readonly string[]): void {
    for (const id of ids) {
      this.#kept.add(id);
      for (const each of this.ids.values()) each.delete(id);
    }
  }

  add(kind: string, id: string): void {
    if (this.#kept.has(id)) return;
    const known = this.ids.get(kind) ?? new Set();
    known.add(id);
    this.ids.set(kind, known);
  }

  /** A step is found under its own movement alone. */
  readonly steps: (readonly [movementId: string, stepId: string])[] = [];

  learn(operation: Operation, answer: unknown): void {
    const { id, steps } = answer as { id?: string; steps?: readonly { id: string }[] };
    if (id !== undefined && Array.isArray(steps)) for (const step of steps.slice(0, 20)) this.steps.push([id, step.id]);
    const kind = kinds[operation.path.split('/').at(-1)!.startsWith('{') ? operation.path.split('/').at(-2)! : operation.path.split('/').at(-1)!] ?? null;
    this.#walk(answer, kind, 0);
  }

  #walk(value: unknown, kind: string | null, depth: number): void {
    if (depth > 8 || typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) {
      for (const each of value.slice(0, 30)) this.#walk(each, kind, depth + 1);
      return;
    }
    for (const [key, each] of Object.entries(value)) {
      if (typeof each === 'string') {
        if (key === 'next') this.cursors.add(each);
        else if (key === 'id' && kind !== null && uuid.test(each)) this.add(kind, each);
        else if (key === 'clientId' || (key.endsWith('Id') && uuid.test(each))) this.add(key, each);
      } else this.#walk(each, key === 'items' ? kind : (kinds[key] ?? null), depth + 1);
    }
  }
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const kinds: Readonly<Record<string, string>> = {
  people: 'personId', applications: 'applicationId', accounts: 'accountId', entitlements: 'entitlementId', roles: 'roleId', grants: 'grantId', sessions: 'sessionId', totps: 'factorId', passkeys: 'factorId',
  tokens: 'tokenId', clients: 'clientId', 'hr-imports': 'importId', movements: 'movementId', steps: 'stepId', drift: 'driftId',
};

/** A value as described, often at an edge of what is allowed. */
export function validValue(schema: Schema, chance: Chance, known: Known, name = '', root: Schema = schema, depth = 0): Json {
  if (schema.$ref) {
    const target = schema.$ref.split('/').slice(1).reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], root) as Schema | undefined;
    return target && depth < 8 ? validValue(target, chance, known, name, root, depth + 1) : null;
  }
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return chance.pick(schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return validValue(chance.pick(choices), chance, known, name, root, depth + 1);
  if (schema.allOf) return validValue(Object.assign({}, ...schema.allOf) as Schema, chance, known, name, root, depth + 1);
  const type = Array.isArray(schema.type) ? chance.pick(schema.type as readonly string[]) : (schema.type as string | undefined);
  if (type === 'object' || (type === undefined && schema.properties)) {
    const out: Record<string, Json> = {};
    for (const [key, each] of Object.entries(schema.properties ?? {})) {
      if (schema.required?.includes(key) || chance.isTrue(0.5)) out[key] = validValue(each, chance, known, key, root, depth + 1);
    }
    if (typeof schema.additionalProperties === 'object' && depth < 6) {
      for (let left = chance.number(3); left > 0; left -= 1) out[schema.propertyNames ? String(validValue(schema.propertyNames, chance, known, '', root, depth + 1)) : chance.pick(words)] = validValue(schema.additionalProperties, chance, known, '', root, depth + 1);
    }
    return out;
  }
  if (type === 'array') {
    const least = schema.minItems ?? 0;
    const length = Math.min(schema.maxItems ?? 4, least + chance.number(3));
    return Array.from({ length }, () => validValue(schema.items ?? {}, chance, known, name.replace(/s$/, ''), root, depth + 1));
  }
  if (type === 'integer' || type === 'number') {
    const least = schema.minimum ?? -3;
    const most = schema.maximum ?? 200;
    return chance.pick([least, Math.min(most, least + 1), Math.floor((least + Math.min(most, least + 100)) / 2), most]);
  }
  if (type === 'boolean') return chance.isTrue(0.5);
  if (type === 'null') return null;
  if (type === undefined) return chance.pick<Json>(['something', 3, true, null, {}]);
  return validText(schema, chance, known, name);
}

const words = ['engineering', 'Sales', 'Łódź & Söhne', '山田', 'O’Neill', 'x', '😀 smile', 'name', 'a b c'];

function validText(schema: Schema, chance: Chance, known: Known, name: string): string {
  if (name === 'cursor') return known.cursors.size > 0 && chance.isTrue(0.8) ? chance.pick([...known.cursors]) : 'bm90IGEgY3Vyc29y';
  if (schema.format === 'uuid' || name.endsWith('Id')) {
    const ids = [...(known.ids.get(name) ?? known.ids.get(name.replace(/^(owner|manager|granted|for)/, 'person')) ?? [])];
    if (ids.length > 0 && chance.isTrue(0.8)) return chance.pick(ids);
    const others = [...known.ids.values()].flatMap((each) => [...each]);
    return others.length > 0 && chance.isTrue(0.5) ? chance.pick(others) : '01890a5d-ac96-774b-bcce-b302099a8057';
  }
  if (schema.format === 'date') return chance.pick(['2026-01-01', '2024-02-29', '0001-01-01', '9999-12-31', '1970-01-01']);
  if (schema.format === 'date-time') return chance.pick(['2026-01-01T00:00:00Z', '2024-02-29T23:59:59.999Z', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z', '1970-01-01T00:00:00Z']);
  if (schema.format === 'email') return `${chance.pick(['a', 'maria.silva', 'x.y+z'])}${chance.number(1_000)}@linden.example`;
  if (schema.format === 'uri') return chance.pick(['https://app.linden.example/callback', 'http://127.0.0.1:9/scim/v2', 'https://127.0.0.1:9/', 'urn:x:y']);
  const least = schema.minLength ?? 0;
  const most = schema.maxLength ?? 300;
  const text = chance.pick([chance.pick(words), `${chance.pick(words)} ${chance.number(100_000)}`, 'n'.repeat(least), 'm'.repeat(Math.min(most, 3_000)), '2']);
  return text.length < least ? text.padEnd(least, 'z') : text.slice(0, most);
}

/** What somebody sends who wants to see us fall. */
export const hostileTexts = [
  '', ' ', '\u0000', 'a\u0000b', '\ud800', 'x\udfffy', '\ufeff', '\u202eright to left', 'x'.repeat(10_000), '\u0301'.repeat(2_000), "x'; drop table directory.person; --", '%', '%_\\', '$1', '${jndi:ldap://127.0.0.1:9/x}',
  '{{7*7}}', '<script>alert(1)</script>', '../../../../etc/passwd', '..\\..\\windows', '__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', 'null', 'undefined', 'NaN', 'Infinity', '-Infinity',
  '-1', '0', '1e309', '99999999999999999999', '2147483648', '-2147483649', '9223372036854775808', '0x10', '1_000', '1,5', 'true', '[]', '{}', '[object Array]', '"', "'", '\\', '\r\nset-cookie: a=b', '\n', '\t', '*', '(((((', 'a & | ! b', ':*',
  '00000000-0000-0000-0000-000000000000', 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF', '01890a5d-ac96-774b-bcce-b302099a805', '01890a5d-ac96-774b-bcce-b302099a80577', '{01890a5d-ac96-774b-bcce-b302099a8057}', '01890a5dac96774bbcceb302099a8057',
  '2026-02-30', '0000-00-00', '0000-01-01T00:00:00Z', '10000-01-01', '-0001-01-01', '2026-13-01T00:00:00Z', '+275760-09-13T00:00:00.000Z', '-271821-04-20T00:00:00Z', '2026-01-01T00:00:00+99:99', 'infinity', 'epoch', 'now', '24:00',
  'WyJ4IiwieSJd', 'WzEsMl0', 'W10', 'bnVsbA', 'e30', 'WyJcdTAwMDAiLCIwMTg5MGE1ZC1hYzk2LTc3NGItYmNjZS1iMzAyMDk5YTgwNTciXQ', 'WyIiLCIiXQ', 'WyItMSIsIi0xIl0', 'WyJpbmZpbml0eSIsIjAxODkwYTVkLWFjOTYtNzc0Yi1iY2NlLWIzMDIwOTlhODA1NyJd', 'WyI5OTk5OTk5OTk5OTk5OTk5OTk5OSIsIjk5OTk5OTk5OTk5OTk5OTk5OTk5Il0',
  'javascript:alert(1)', 'file:///etc/passwd', 'http://169.254.169.254/latest/meta-data', 'http://[::1', '//evil.example', 'http://user:pass@127.0.0.1:9/', 'a@b', '@', 'a'.repeat(300) + '@x.example',
] as const;

export const hostileValues: readonly Json[] = [
  null, true, false, 0, -1, 1, 0.5, -0.000_1, 1e308, -1e308, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 9_007_199_254_740_993, 2_147_483_648, -2_147_483_649, 1e21,
  [], [null], [[]], [1, 'a', {}], ['x', 'x'], {}, { a: 1 }, { toString: 1 }, { length: -1 }, { then: 'x' }, { is: 'page', content: { text: 'x' }, status: 200, cookies: [], formTargets: [] }, { toJSON: 'x' }, Array.from({ length: 3_000 }, () => 'x'),
];

export const hostileValue = (chance: Chance): Json => (chance.isTrue(0.5) ? chance.pick<Json>(hostileTexts as readonly Json[]) : chance.pick(hostileValues));

/** One leaf or branch of the value replaced, taken away, or joined by a stranger. */
export function spoil(value: Json, chance: Chance): Json {
  if (typeof value !== 'object' || value === null || chance.isTrue(0.08)) return hostileValue(chance);
  if (Array.isArray(value)) {
    const list = value as readonly Json[];
    if (list.length === 0 || chance.isTrue(0.3)) return [...list, hostileValue(chance)];
    const at = chance.number(list.length);
    return list.map((each, index) => (index === at ? spoil(each, chance) : each));
  }
  const entries = Object.entries(value as Readonly<Record<string, Json>>);
  const how = chance.number(4);
  if (how === 0 || entries.length === 0) return Object.fromEntries([...entries, [chance.pick(['extra', 'constructor', 'toString', 'hasOwnProperty', 'id', 'isAdmin', '', '\u0000', '\ud800', 'x'.repeat(10_000)]), hostileValue(chance)]]);
  const at = chance.number(entries.length);
  if (how === 1) return Object.fromEntries(entries.filter((_, index) => index !== at));
  return Object.fromEntries(entries.map(([key, each], index) => [key, index !== at ? each : how === 2 ? hostileValue(chance) : spoil(each, chance)]));
}

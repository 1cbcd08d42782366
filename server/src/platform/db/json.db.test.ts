import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../testing/database.ts';
import { json, sql } from './index.ts';

let world: TestDatabase;
beforeAll(async () => { world = await testDatabase(); });
afterAll(() => world.drop());

it('what a system says with NUL or half of a surrogate pair is kept, with the replacement character in its place', async () => {
  const said = { name: 'a\u0000b', list: ['\ud800x', 'back\\u0000slash'], 'key\u0000': 1, plain: '😀' };
  const [row] = await world.database.read((tx) => sql<{ kept: unknown }>(tx)`select ${json(said)} as kept`);
  expect(row?.kept).toEqual({ name: 'a\ufffdb', list: ['\ufffdx', 'back\\u0000slash'], 'key\ufffd': 1, plain: '😀' });
});

import { mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../testing/database.ts';
import { systemPermit } from '../../../testing/permits.ts';
import { openKeys } from '../../platform/crypto/index.ts';
import { openDatabase, sql, type Tx } from '../../platform/db/index.ts';
import { silentLog } from '../../platform/log/index.ts';
import type { NewEntry } from '../entry/entry.ts';
import { exportEntries, readEntries } from '../entry/read-entries.ts';
import { listActions, record, recordAll } from '../entry/store.ts';
import { proveChain } from './prove-chain.ts';
import { pruneEntries } from './prune-entries.ts';
import { readChain } from './read-chain.ts';
import { awaitSealed, checkpointFileIn, makeCheckpoint, openSealer } from './seal.ts';
import { smallPage, verifyChain } from './verify-chain.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'audit-chain-'));
let now = new Date('2026-03-02T09:00:00.000Z');
const keys = openKeys(path.join(folder, 'keys.json'), now);
let world: TestDatabase;
let checkpointFile: string;
const sealerNeeds = () => ({ database: world.database, clock: { now: () => now }, keys, log: silentLog, checkpointFile });
const sealer = () => openSealer(sealerNeeds());
const verify = () => verifyChain({ database: world.database, keys, checkpointFile });
const entry = (more: Partial<NewEntry> = {}): NewEntry => ({ action: 'directory.person.change', actor: 'person:ivan', actorName: 'Ivan Petrov', target: 'person:maria', targetName: 'Maria Keller', at: now, outcome: 'allowed', facts: { department: ['Sales', 'Legal'] }, ...more });
const write = (count: number, more: Partial<NewEntry> = {}) => world.database.transaction((tx) => recordAll(tx, Array.from({ length: count }, (_, index) => entry({ facts: { index }, ...more }))));
/** As somebody who owns the database would: past the triggers. */
const byHand = (work: (tx: Tx) => Promise<unknown>) =>
  world.database.transaction(async (tx) => {
    await sql(tx)`alter table audit.entry disable trigger user`;
    await sql(tx)`alter table audit.checkpoint disable trigger user`;
    await work(tx);
    await sql(tx)`alter table audit.entry enable trigger user`;
    await sql(tx)`alter table audit.checkpoint enable trigger user`;
  });

let files = 0;
beforeEach(async () => {
  world = await testDatabase();
  checkpointFile = checkpointFileIn(path.join(folder, String((files += 1))));
  now = new Date('2026-03-02T09:00:00.000Z');
  return () => world.drop();
});
beforeAll(() => undefined);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the audit chain', () => {
  it('has no gap and no loss, whatever many writers, roll-backs and two sealers do at once', async () => {
    const other = openDatabase(world.connection, { log: silentLog, maxConnections: 4 });
    const sealers = [sealer(), openSealer({ ...sealerNeeds(), database: other })];
    for (const one of sealers) one.start();
    let committed = 0;
    await Promise.all(
      Array.from({ length: 6 }, async (_, writer) => {
        for (let turn = 0; turn < 25; turn += 1) {
          const isRolledBack = (turn + writer) % 4 === 0;
          await world.database
            .transaction(async (tx) => {
              await record(tx, entry({ facts: { writer, turn } }));
              if (isRolledBack) throw new Error('rolled back');
            })
            .catch(() => undefined);
          if (!isRolledBack) committed += 1;
        }
      }),
    );
    await awaitSealed(sealers[0]!, world);
    for (const one of sealers) await one.stop();
    await other.close();
    const [row] = await world.database.read((tx) => sql<{ count: number; last: number; bodies: number }>(tx)`select count(*) as count, max(seq) as last, count(distinct body) as bodies from audit.entry`);
    expect(row).toEqual({ count: committed, last: committed, bodies: committed });
    expect(await verify()).toMatchObject({ isWhole: true, entries: committed });
  });

  it('a sealer that dies in the middle of a batch leaves everything as it was', async () => {
    await write(50);
    const pid = await world.database.read((tx) => sql<{ pid: number }>(tx)`select pg_backend_pid() as pid`);
    expect(pid).toBeDefined();
    const dying = { ...world.database, transaction: <T,>(work: (tx: Tx) => Promise<T>) => world.database.transaction(async (tx) => { await work(tx); throw new Error('killed'); }) as Promise<T> };
    await expect(openSealer({ ...sealerNeeds(), database: dying }).sealNow()).rejects.toThrow('killed');
    expect(await world.database.read((tx) => sql<{ count: number }>(tx)`select count(*) as count from audit.entry`)).toEqual([{ count: 0 }]);
    await sealer().sealNow();
    expect(await verify()).toMatchObject({ isWhole: true, entries: 50 });
  });

  it('refuses change and removal, and columns that do not come from the body', async () => {
    await write(3);
    await sealer().sealNow();
    const tries = [
      (tx: Tx) => sql(tx)`update audit.entry set body = '{}' where seq = 1`,
      (tx: Tx) => sql(tx)`delete from audit.entry where seq = 3`,
      (tx: Tx) => sql(tx)`truncate audit.entry`,
      (tx: Tx) => sql(tx)`delete from audit.checkpoint where seq > 0`,
    ];
    await world.database.transaction((tx) => sql(tx)`select 1`);
    await makeCheckpoint(sealerNeeds());
    for (const attempt of tries) await expect(world.database.transaction(attempt)).rejects.toThrow(/append-only/);
    await expect(byHand((tx) => sql(tx)`update audit.entry set actor = 'person:nobody' where seq = 1`)).rejects.toMatchObject({ code: '428C9' });
    await expect(world.database.transaction((tx) => sql(tx)`insert into audit.inbox (body) values ('{"at":"yesterday"}')`)).rejects.toMatchObject({ constraint: 'an_entry_says_who_did_what_and_when' });
  });

  describe('threat: somebody who owns the database', () => {
    beforeEach(async () => {
      await write(300);
      await sealer().sealNow();
      await makeCheckpoint(sealerNeeds());
      expect(await verify()).toMatchObject({ isWhole: true, entries: 300, checkpoints: 2, problems: [] });
    });

    it('changes one byte of an entry: it is found and named', async () => {
      await byHand((tx) => sql(tx)`update audit.entry set body = replace(body, 'Ivan', 'Iwan') where seq = 77`);
      const { isWhole, problems, sentences } = await verify();
      expect(isWhole).toBe(false);
      expect(problems).toEqual([{ is: 'changed', seq: 77 }]);
      expect(sentences[0]).toContain('entry 77');
    });

    it('removes an entry, or lets two change places: both are found', async () => {
      await byHand((tx) => sql(tx)`delete from audit.entry where seq = 100`);
      expect((await verify()).problems).toEqual([{ is: 'missing', from: 100, to: 100 }]);
      await byHand(async (tx) => {
        await sql(tx)`update audit.entry set seq = 100000 where seq = 50`;
        await sql(tx)`update audit.entry set seq = 50 where seq = 51`;
        await sql(tx)`update audit.entry set seq = 51 where seq = 100000`;
      });
      expect((await verify()).problems[0]).toEqual({ is: 'changed', seq: 50 });
    });

    it('cuts the end off, with the note about it and the checkpoints: the file outside knows better', async () => {
      await byHand(async (tx) => {
        await sql(tx)`delete from audit.entry where seq > 200`;
        await sql(tx)`delete from audit.checkpoint`;
        await sql(tx)`update audit.head set seq = 200, hash = (select hash from audit.entry where seq = 200), checkpoint_seq = 0`;
      });
      expect((await verify()).problems).toEqual([{ is: 'cut', lastSeq: 200, knownSeq: 300, knownFrom: 'the checkpoint file' }]);
    });

    it('writes the whole chain anew with fitting hashes: the signed checkpoints do not fit', async () => {
      await byHand(async (tx) => {
        await sql(tx)`delete from audit.entry`;
        await sql(tx)`update audit.head set seq = 0, hash = decode(repeat('00', 32), 'hex')`;
      });
      await write(300, { actorName: 'Somebody Else' });
      await sealer().sealNow();
      expect((await verify()).problems[0]).toMatchObject({ is: 'rewritten', seq: 300 });
    });

    it('forges a checkpoint: the signature is wrong', async () => {
      await byHand((tx) => sql(tx)`update audit.checkpoint set statement = replace(statement, '"seq":300', '"seq":299')`);
      expect((await verify()).problems).toContainEqual({ is: 'forged', seq: 299, where: 'a checkpoint in the database' });
    });

    it('makes a column free to lie: the column is named', async () => {
      await byHand((tx) => sql(tx)`alter table audit.entry alter column actor drop expression`);
      expect((await verify()).problems).toContainEqual({ is: 'column_free', column: 'actor' });
    });
  });

  it('a checkpoint line that a crash cut short is no forgery', async () => {
    await write(10);
    await sealer().sealNow();
    await makeCheckpoint(sealerNeeds());
    truncateSync(checkpointFile, readFileSync(checkpointFile).length - 20);
    expect(await verify()).toMatchObject({ isWhole: true });
  });

  it('stays bounded on disk: old entries go to a file, and the chain is verifiable from there on', async () => {
    await write(100);
    await sealer().sealNow();
    now = new Date('2026-06-01T09:00:00.000Z');
    await write(20);
    await sealer().sealNow();
    const needs = { ...sealerNeeds(), archiveFolder: path.join(folder, 'archive') };
    const permit = systemPermit('audit.entry.prune');
    await expect(pruneEntries(needs, permit, { before: new Date('2026-05-30T00:00:00Z') })).rejects.toMatchObject({ code: 'audit.too_young_to_prune' });
    const pruned = await pruneEntries(needs, permit, { before: new Date('2026-04-01T00:00:00Z') });
    expect(pruned).toMatchObject({ prunedUntil: 100, removed: 100 });
    const lines = gunzipSync(readFileSync(path.join(folder, 'archive', pruned.archive!))).toString().trim().split('\n');
    expect(lines).toHaveLength(100);
    await sealer().sealNow();
    expect(await verify()).toMatchObject({ isWhole: true, firstSeq: 101, lastSeq: 121, problems: [] });
    expect(await pruneEntries(needs, permit, { before: new Date('2026-04-01T00:00:00Z') })).toMatchObject({ removed: 0 });
    await byHand((tx) => sql(tx)`delete from audit.entry where seq = 101`);
    expect((await verify()).problems).toEqual([{ is: 'missing', from: 101, to: 101 }]);
  });

  it('is walked by itself, and what was found stands on the page of the audit and in the audit', async () => {
    await write(1_200);
    await sealer().sealNow();
    const prove = () => proveChain(sealerNeeds(), { pageSize: smallPage });
    const state = async () => (await readChain(world, systemPermit('audit.chain.read'))).lastWalk;
    expect(await state()).toBeNull();
    await prove();
    expect(await state()).toMatchObject({ at: now, entries: 1_200, lastSeq: 1_200, findings: [] });
    await byHand((tx) => sql(tx)`update audit.entry set body = replace(body, '"index":700', '"index":701') where seq = 701`);
    now = new Date(now.getTime() + 86_400_000);
    expect((await prove()).isWhole).toBe(false);
    expect((await state())?.findings).toEqual([expect.stringContaining('entry 701')]);
    expect(await world.database.read((tx) => sql(tx)`select is_whole from audit.verification_card`)).toEqual([{ isWhole: false }]);
    await sealer().sealNow();
    expect((await readEntries(world, systemPermit('audit.entry.read'), { limit: 2 })).items.map((one) => one.action)).toEqual(['audit.chain.find-broken', 'audit.chain.verify']);
  });

  it('is searched by words and facets, goes on where it stopped, and shows also what waits to be sealed', async () => {
    await write(30);
    now = new Date('2026-03-02T09:00:01.000Z');
    await write(1, { action: 'authorization.grant.give', outcome: 'refused', reason: 'no role gives authorization.grant.give', actor: 'person:eva', actorName: 'Éva Lind' });
    await sealer().sealNow();
    now = new Date('2026-03-02T09:00:02.000Z');
    await write(1, { actorName: 'Late Writer' });
    const permit = systemPermit('audit.entry.read');
    const ask = (filter: object) => readEntries(world, permit, { limit: 10, ...filter });
    expect((await ask({})).items[0]).toMatchObject({ seq: null, actorName: 'Late Writer', hash: null });
    expect((await ask({ search: 'éva gran' })).items.map((one) => one.seq)).toEqual([31]);
    expect((await ask({ search: 'late wri' })).items).toHaveLength(1);
    expect((await ask({ outcome: 'refused' })).items.map((one) => one.seq)).toEqual([31]);
    expect((await ask({ actor: 'person:eva', action: 'authorization.grant.give' })).items).toHaveLength(1);
    const seqs: (number | null)[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await ask({ target: 'person:maria', ...(cursor ? { cursor } : {}) });
      seqs.push(...page.items.map((one) => one.seq));
      if (page.next === null) break;
      cursor = page.next;
    }
    expect(seqs).toEqual([null, ...Array.from({ length: 31 }, (_, index) => 31 - index)]);
    expect(await world.database.read(listActions)).toEqual(['authorization.grant.give', 'directory.person.change']);
    const lines = (await exportEntries(world, permit, { after: 0, limit: 100 })).trim().split('\n').map((line) => JSON.parse(line) as { type_uid: number; status: string });
    expect(lines).toHaveLength(31);
    expect(lines.at(-1)).toMatchObject({ class_uid: 3005, type_uid: 300501, status: 'Failure', status_id: 2 });
  });
});

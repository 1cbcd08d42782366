import { sign, verify } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newId } from './chance.ts';
import { openKeys, rotateKeys } from './keys.ts';

const now = new Date('2026-01-05T09:00:00Z');
let folder: string;
beforeEach(() => { folder = mkdtempSync(path.join(os.tmpdir(), 'keys-')); });
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const file = () => path.join(folder, 'keys.json');

describe('the key file', () => {
  it('is made on first use and readable by its owner only', () => {
    openKeys(file(), now);
    expect(statSync(file()).mode & 0o077).toBe(0);
  });

  it('opens what it sealed, in the same place only', () => {
    const keys = openKeys(file(), now);
    const sealed = keys.seal('hunter2', 'connection/1/password');
    expect(sealed.includes('hunter2')).toBe(false);
    expect(keys.open(sealed, 'connection/1/password').toString()).toBe('hunter2');
    // An attacker who can write to the database copies a sealed value to another row.
    expect(() => keys.open(sealed, 'connection/2/password')).toThrow();
  });

  it('finds a changed byte anywhere', () => {
    const keys = openKeys(file(), now);
    const sealed = keys.seal('hunter2', 'x');
    for (let index = 0; index < sealed.length; index += 7) {
      const changed = Buffer.from(sealed);
      changed[index]! ^= 1;
      expect(() => keys.open(changed, 'x')).toThrow();
    }
  });

  it('still opens old values after rotation, seals new ones with the new key, and keeps derived keys', () => {
    const before = openKeys(file(), now);
    const sealed = before.seal('old', 'x');
    const pepper = before.derive('pepper');
    const id = rotateKeys(file(), now);
    const after = openKeys(file(), now);
    expect(after.currentId).toBe(id);
    expect(after.open(sealed, 'x').toString()).toBe('old');
    expect(after.isStale(sealed)).toBe(true);
    expect(after.isStale(after.seal('new', 'x'))).toBe(false);
    expect(after.derive('pepper').equals(pepper)).toBe(true);
  });

  it('signs with a key that comes out of the file alone', () => {
    const { privateKey } = openKeys(file(), now).signingKey('audit');
    const { publicKey } = openKeys(file(), now).signingKey('audit');
    const message = Buffer.from('checkpoint');
    expect(verify(null, message, publicKey, sign(null, message, privateKey))).toBe(true);
    expect(verify(null, message, openKeys(file(), now).signingKey('other').publicKey, sign(null, message, privateKey))).toBe(false);
  });

  it('refuses a damaged file in words', () => {
    openKeys(file(), now);
    writeFileSync(file(), readFileSync(file(), 'utf8').replace(/"secret": "[^"]{8}/, '"secret": "'));
    expect(() => openKeys(file(), now)).toThrow(/is damaged; restore it from its backup/);
  });
});

it('ids are UUIDs of version 7, unique, in order of making', () => {
  const ids = Array.from({ length: 10_000 }, newId);
  expect(new Set(ids).size).toBe(ids.length);
  expect([...ids].sort()).toEqual(ids);
  expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

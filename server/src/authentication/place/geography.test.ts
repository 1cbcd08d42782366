import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { silentLog } from '../../platform/log/index.ts';
import { openGeography } from './geography.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'bailiwick-geoip-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const real = fileURLToPath(new URL('../../../testing/geoip/GeoIP2-City-Test.mmdb', import.meta.url));
const at = (name: string) => openGeography({ geoipFile: path.join(folder, name), log: silentLog });

it('a GeoIP file says city and country of an address, and nothing of one it does not know', () => {
  copyFileSync(real, path.join(folder, 'city.mmdb'));
  const geography = at('city.mmdb');
  expect(['81.2.69.142', '::ffff:81.2.69.142', '2a02:cf40::1', '10.0.0.1', 'not an address'].map((address) => geography.probably(address))).toEqual(['London, United Kingdom', 'London, United Kingdom', 'Norway', null, null]);
});

it('a file that is missing or broken costs the names and nothing else', () => {
  writeFileSync(path.join(folder, 'broken.mmdb'), 'this is no database');
  expect([at('broken.mmdb').probably('81.2.69.142'), at('nowhere.mmdb').probably('81.2.69.142')]).toEqual([null, null]);
});

import { expect, it } from 'vitest';
import { finderOf, isTooWide, networkFrom } from './place.ts';

it.each([
  ['10.1.2.3/16', '10.1.0.0/16'],
  ['192.168.1.7', '192.168.1.7/32'],
  ['2001:DB8:0:0:1::5/64', '2001:db8::/64'],
  ['fd00:0:0:1:0:0:0:9', 'fd00:0:0:1::9/128'],
  ['::ffff:10.0.0.1/128', '::ffff:a00:1/128'],
  ['0.0.0.0/0', '0.0.0.0/0'],
])('%s is the network %s', (typed, network) => expect(networkFrom(typed)).toBe(network));

it.each(['', 'office', '10.1.2', '10.1.2.3/33', '10.1.2.3/-1', '10.1.2.3/8/8', '::1/129', 'fe80::1%eth0', '10.1.2.3/1e1', '300.1.1.1'])('%j is no network', (typed) => expect(networkFrom(typed)).toBeNull());

it('everything is no place', () => {
  expect([isTooWide('0.0.0.0/0'), isTooWide('::/0'), isTooWide('10.0.0.0/8')]).toEqual([true, true, false]);
});

it('the narrowest named network says where an address lies', () => {
  const find = finderOf([
    { id: '1', name: 'Company', networks: ['10.0.0.0/8', '2001:db8::/32'] },
    { id: '2', name: 'Office Zürich', networks: ['10.1.0.0/16'] },
  ]);
  expect(['10.1.2.3', '::ffff:10.1.2.3', '10.2.0.1', '2001:db8::7', '203.0.113.9', 'unknown', ''].map(find)).toEqual(['Office Zürich', 'Office Zürich', 'Company', 'Company', null, null, null]);
});

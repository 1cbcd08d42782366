import { expect, it } from 'vitest';
import { isPublicAddress, publicLookup } from './public-address.ts';

it('the open internet is public; this machine, the house, metadata and tunnels are not', () => {
  for (const address of ['142.250.1.1', '8.8.8.8', '2a00:1450:4001:82b::200a', '2606:4700::1', '::ffff:8.8.8.8']) expect([address, isPublicAddress(address)]).toEqual([address, true]);
  for (const address of ['127.0.0.1', '10.0.0.7', '172.20.1.1', '192.168.1.1', '100.64.0.1', '169.254.169.254', '100.100.100.200', '0.0.0.0', '224.0.0.1', '255.255.255.255', '198.18.0.1', '192.0.2.1', '::1', '::', 'fe80::1', 'fe80::1%eth0', 'fd00::1', 'fc00::1', 'ff02::1', '::ffff:127.0.0.1', '::ffff:10.0.0.1', '::ffff:7f00:1', '64:ff9b::7f00:1', '2002:7f00:1::', '2001:0:53aa:64c::', '2001:db8::1', '::127.0.0.1', 'localhost', '']) expect([address, isPublicAddress(address)]).toEqual([address, false]);
});

it('a name that leads into the house is refused when it is looked up', async () => {
  const looked = (all: boolean) => new Promise((resolve) => publicLookup('localhost', { all }, (fault) => resolve(fault?.name)));
  expect(await looked(true)).toBe('ForbiddenAddress');
  expect(await looked(false)).toBe('ForbiddenAddress');
});

import { expect, it } from 'vitest';
import { isForbiddenAddress } from './address.ts';

it.each(['169.254.169.254', '[fe80::1%eth0]', 'FE80::1', 'fd00:ec2::254', '::ffff:169.254.169.254', '::ffff:a9fe:a9fe', '64:ff9b::a9fe:a9fe', '64:ff9b::169.254.169.254', '100.100.100.200', '168.63.129.16', '0.0.0.0', '::', '224.0.0.1', 'not an address'])('nothing is ever sent to %s', (address) => {
  expect(isForbiddenAddress(address)).toBe(true);
});

it.each(['10.1.2.3', '192.168.0.10', '127.0.0.1', '::1', '93.184.216.34', 'fd12::1', '::ffff:10.0.0.1'])('a system may live at %s', (address) => {
  expect(isForbiddenAddress(address)).toBe(false);
});

/** For tests: whether a message is an LDAP add, modify, rename, delete or extended request (RFC 4511 4.2), by its tag. */
export function isLdapWrite(message: Buffer): boolean {
  const second = message[1] ?? 0;
  const lengthBytes = (second & 0x80) === 0 ? 0 : second & 0x7f;
  const idLength = message[3 + lengthBytes] ?? 1;
  return [0x68, 0x66, 0x6c, 0x4a, 0x77].includes(message[4 + lengthBytes + idLength] ?? 0);
}

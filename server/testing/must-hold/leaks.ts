/** What belongs to the inside of the house and must not stand in any answer. */
const inside: readonly (readonly [string, RegExp])[] = [
  ['a stack', /\n\s+at .+[:(]\d+:\d+\)?|\bat (?:async )?[\w.<>]+ \(.*:\d+:\d+\)/],
  ['a file of the server', /node_modules|file:\/\/\/|\/server\/src\/|\w\.ts:\d+|postgresql\.conf|\.s\.PGSQL/],
  ['SQL or the words of the database', /syntax error at or near|violates (?:foreign key|unique|check|not-null|exclusion) |duplicate key value|invalid input syntax|relation "[^"]*" does not exist|column "[^"]*" |out of range for type|\b(?:select|insert into|update|delete from)\s+[\w."]+\s*(?:,|\(|\bset\b|\bfrom\b|\bwhere\b)|\b(?:directory|authz|authn|federation|lifecycle|platform|graphile_worker)\.[a-z_]+ (?:set|where|values|as)\b|PostgresError|DatabaseError|SQLSTATE/i],
  ['words of the runtime', /TypeError|ReferenceError|RangeError|Cannot read propert|is not a function|is not iterable|ENOENT|ECONNREFUSED|ZodError|FST_ERR|\[object Object\]/],
];

/** Names what leaks; null when nothing does. `sent` is what the caller sent: to hear it again is no leak. */
export function leakIn(text: string, secrets: readonly (readonly [string, string])[], sent = ''): string | null {
  for (const [what, secret] of secrets) if (secret !== '' && text.includes(secret) && !sent.includes(secret)) return `${what} in the clear`;
  for (const [what, pattern] of inside) {
    const found = pattern.exec(text)?.[0];
    if (found !== undefined && !sent.includes(found)) return `${what}: ${found.slice(0, 120)}`;
  }
  return null;
}

import { sql, type Tx } from '../../platform/db/index.ts';

/** A new link takes the place of those before it. */
export async function addSetupLink(tx: Tx, link: { id: string; digest: Buffer; createdAt: Date; expiresAt: Date }): Promise<void> {
  await sql(tx)`delete from authn.setup_link where used_at is null`;
  await sql(tx)`insert into authn.setup_link (id, digest, created_at, expires_at) values (${link.id}, ${link.digest}, ${link.createdAt}, ${link.expiresAt})`;
}

export async function isOpenSetupLink(tx: Tx, digest: Buffer, now: Date): Promise<boolean> {
  const [row] = await sql<{ isOpen: boolean }>(tx)`select exists (select from authn.setup_link where digest = ${digest} and used_at is null and expires_at > ${now}) as is_open`;
  return row?.isOpen ?? false;
}

/** Of two browsers with the same link the database lets one through. */
export async function useSetupLink(tx: Tx, digest: Buffer, now: Date): Promise<boolean> {
  const rows = await sql<{ id: string }>(tx)`update authn.setup_link set used_at = ${now} where digest = ${digest} and used_at is null and expires_at > ${now} returning id`;
  return rows.length > 0;
}

/** Two administrators must not be made at once by two links or two browsers. */
export async function lockSetUp(tx: Tx): Promise<void> {
  await sql(tx)`lock table authn.setup_link in share row exclusive mode`;
}

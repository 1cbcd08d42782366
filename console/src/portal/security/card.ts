import type { Factors } from '../../api/authentication.ts';

/** The one dialog that is open on "My security". */
export type Asked = { is: 'passkey' } | { is: 'app' } | { is: 'password' } | { is: 'codes' } | { is: 'rename' | 'remove'; which: string; name: string };

/** A card shows what a person has of one kind, and asks for a dialog; the page opens it. */
export interface CardProps {
  readonly factors: Factors;
  readonly ask: (what: Asked) => void;
}

export interface DialogProps {
  readonly onClose: () => void;
  readonly renew: () => Promise<void>;
}

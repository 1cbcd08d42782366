export type LogoType = 'image/svg+xml' | 'image/png';

/** `bytes` were written by us; `why` is for the person who uploaded. */
export type LogoOutcome = { readonly is: 'accepted'; readonly type: LogoType; readonly bytes: Buffer } | { readonly is: 'refused'; readonly why: string };

/** The server writes a fresh value into index.html for every answer; only styles that carry it apply. */
export const styleNonce: string = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';

// react-remove-scroll (behind every modal) reads its nonce from the name that webpack gave it.
(globalThis as unknown as { __webpack_nonce__: string }).__webpack_nonce__ = styleNonce;

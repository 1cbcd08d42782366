export { ForbiddenAddress, guardedLookup, isForbiddenAddress } from './address.ts';
export { openOutgoingFetch, type OutgoingOptions } from './fetch.ts';
export { isPublicAddress, publicLookup } from './public-address.ts';

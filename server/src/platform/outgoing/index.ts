export { ForbiddenAddress, guardedLookup, isForbiddenAddress } from './address.ts';
export { isPublicAddress, publicLookup } from './public-address.ts';

export { ForbiddenAddress, guardedLookup, isForbiddenAddress } from './address.ts';

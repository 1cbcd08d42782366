export { newId, randomToken, randomDigits, randomBytes, randomInteger } from './chance.ts';
export { sha256, hmac, hmacSha1, isSame, digestOf } from './digest.ts';
export { openKeys, rotateKeys, type Keys, type Sealed } from './keys.ts';
export { openPasswordHashing, type PasswordHashing } from './password-hashing.ts';

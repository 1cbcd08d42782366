import { createHash, createHmac, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { randomBytes } from '../../platform/crypto/index.ts';

const stretch = promisify(pbkdf2);

/**
 * What PostgreSQL stores instead of the password (RFC 5802 3, RFC 7677), made on our side: so the password is in no
 * statement, and therefore in no log, no pg_stat_activity and no replication stream.
 */
export async function scramVerifier(password: string, salt: Buffer = randomBytes(16), iterations = 4_096): Promise<string> {
  // SASLprep (RFC 4013) for what people type; ours are plain ASCII, on which it changes nothing.
  const salted = await stretch(password.normalize('NFKC'), salt, iterations, 32, 'sha256');
  const key = (name: string): Buffer => createHmac('sha256', salted).update(name).digest();
  const storedKey = createHash('sha256').update(key('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${key('Server Key').toString('base64')}`;
}

import { createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';

/** RFC 7518, section 3.3. */
const SHORTEST_RSA_BITS = 2_048;

/** The algorithm that tokens signed with the private half of a key have; undefined: none that is supported. */
export function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): 'RS256' | 'ES256' | 'EdDSA' | undefined {
  if (asymmetricKeyType === 'rsa') return (asymmetricKeyDetails?.modulusLength ?? 0) >= SHORTEST_RSA_BITS ? 'RS256' : undefined;
  if (asymmetricKeyType === 'ec') return asymmetricKeyDetails?.namedCurve === 'prime256v1' ? 'ES256' : undefined;
  return asymmetricKeyType === 'ed25519' ? 'EdDSA' : undefined;
}

/** A public key in PEM, to the same key as SPKI. A private key is refused: it is not to lie on a server that only verifies. */
export const publicKeyPem = z.string().transform((text, context) => {
  const pem = text.replaceAll('\\n', '\n');
  const key = pem.includes('PRIVATE KEY') ? undefined : parseKey(pem);
  if (key !== undefined && algorithmOf(key) !== undefined) return key.export({ type: 'spki', format: 'pem' }) as string;
  const message = 'must be a public key in PEM: RSA of at least 2048 bits, EC on P-256, or Ed25519';
  context.addIssue({ code: 'custom', message: pem.includes('PRIVATE KEY') ? 'must be a public key, and this is a private one' : message });
  return z.NEVER;
});

function parseKey(pem: string): KeyObject | undefined {
  try {
    return createPublicKey(pem);
  } catch {
    return undefined;
  }
}

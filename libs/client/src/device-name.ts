import { isDevice } from '@switchboard/protocol';
import type { KeyValueStorage } from './storage';

const RANDOM_BYTES = 12;

/** Characters that are hard to guess: `bytes` random ones, in hexadecimal. */
export function randomName(bytes: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The name of this device: the stored one, or a new random one that is stored. Undefined where it cannot be kept. */
export function deviceName(storage: KeyValueStorage, key: string): string | undefined {
  const known = storage.getItem(key);
  if (known !== null && isDevice(known)) return known;
  storage.setItem(key, randomName(RANDOM_BYTES));
  // Another tab may have been quicker, or the storage keeps nothing: a name that lasts for one page would only use up the user's devices.
  return storage.getItem(key) ?? undefined;
}

import { readFileSync } from 'node:fs';

/** The last lines that a service wrote, for an error message. */
export function logTail(file: string, lines = 8): string {
  try {
    return readFileSync(file, 'utf8').trim().split('\n').slice(-lines).join('\n');
  } catch {
    return ''; // it did not come so far as to write one
  }
}

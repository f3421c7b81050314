import { createHash } from 'node:crypto';

/** A statement that each connection prepares once and then runs by name. */
export interface HotStatement {
  /** At most 63 bytes, PostgreSQL's limit. */
  readonly name: string;
  readonly text: string;
}

const HASH_CHARACTERS = 8;

/**
 * Names a statement. A hash of the text becomes part of the name, so that a name always stands for one text, also behind a pooler that
 * serves two versions of this code.
 */
export function hotStatement(name: string, text: string): HotStatement {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, HASH_CHARACTERS);
  return { name: `${name}_${hash}`, text };
}

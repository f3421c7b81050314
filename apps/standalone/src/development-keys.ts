import { createHmac, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const FILE = 'development-keys.json';
const SECRET_BYTES = 32;
const ENTERABLE = 0o711;

const keys = z.object({ apiKey: z.string(), jwtSecret: z.string() });

/** An API key and a secret for tokens, for development only. */
export interface DevelopmentKeys extends z.output<typeof keys> {
  /** A second API key, for the demo page; the first cannot be found out from it. */
  readonly pageKey: string;
}

/** The keys of a data folder: made at the first start, kept in a file that only its owner can read. */
export function developmentKeys(dataFolder: string): DevelopmentKeys {
  const file = join(dataFolder, FILE);
  if (existsSync(file)) return withPageKey(keys.parse(JSON.parse(readFileSync(file, 'utf8'))));
  const made = { apiKey: randomBytes(SECRET_BYTES).toString('base64url'), jwtSecret: randomBytes(SECRET_BYTES).toString('base64url') };
  createFolder(dataFolder);
  writeFileSync(file, `${JSON.stringify(made, undefined, 2)}\n`, { mode: 0o600 });
  return withPageKey(made);
}

function withPageKey(kept: z.output<typeof keys>): DevelopmentKeys {
  return { ...kept, pageKey: createHmac('sha256', kept.apiKey).update('demo page').digest('base64url') };
}

/** As root, the account that PostgreSQL runs as must be able to enter the folder, whatever the umask says. */
function createFolder(folder: string): void {
  if (mkdirSync(folder, { recursive: true }) !== undefined) chmodSync(folder, ENTERABLE);
}

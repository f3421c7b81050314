import { readFileSync } from 'node:fs';
import { type z } from 'zod';

/** One setting: the environment variable it comes from, and what the documents say of it. */
export interface Setting<Schema extends z.ZodType = z.ZodType> {
  readonly env: string;
  /** Takes the text of the variable (absent: undefined) to the value; states the default and the bounds. */
  readonly schema: Schema;
  /** One or two sentences: what it is for and why the default is what it is. */
  readonly description: string;
  /** The unit of a number, e.g. `ms` or `bytes`. */
  readonly unit?: string;
  /** How the documents name the default; absent: none, or unset. */
  readonly shownDefault?: string;
  /** A secret may also come from the file that `<env>_FILE` names, and is never shown. */
  readonly isSecret?: boolean;
}

/** The settings of one concern, by the name they have in the code. */
export type SettingsDescription = Readonly<Record<string, Setting>>;

/** The validated values of a description. */
export type SettingsOf<Description extends SettingsDescription> = {
  readonly [Name in keyof Description]: z.output<Description[Name]['schema']>;
};

/** The environment, as process.env gives it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The environment of this process. */
export function processEnvironment(): Environment {
  return process.env;
}

/** All that is wrong with the environment, each fault with the name of its variable and never the value of a secret. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';

  constructor(readonly faults: readonly string[]) {
    super(`The settings are not usable:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  }
}

/**
 * Reads and checks all settings of a description.
 * @throws SettingsError that names every fault, not only the first
 */
export function readSettings<Description extends SettingsDescription>(
  description: Description,
  environment: Environment = processEnvironment(),
): SettingsOf<Description> {
  const faults: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(description)) {
    try {
      values[name] = readSetting(setting, environment);
    } catch (error) {
      faults.push(error instanceof SettingsError ? error.faults.join('; ') : `${setting.env}: ${String(error)}`);
    }
  }
  if (faults.length > 0) throw new SettingsError(faults);
  return values as SettingsOf<Description>;
}

function readSetting(setting: Setting, environment: Environment): unknown {
  const result = setting.schema.safeParse(textOf(setting, environment));
  if (result.success) return result.data;
  throw new SettingsError([`${setting.env}: ${result.error.issues.map(({ message }) => message).join('; ')}`]);
}

function textOf({ env, isSecret }: Setting, environment: Environment): string | undefined {
  const text = environment[env];
  if (text !== undefined && text !== '') return text;
  const file = isSecret ? environment[`${env}_FILE`] : undefined;
  if (file === undefined || file === '') return undefined;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    throw new SettingsError([`${env}_FILE: cannot read the file it names`]);
  }
}

import { isDeepStrictEqual } from 'node:util';
import { type Setting, type SettingsDescription } from '@switchboard/config';
import { type Concern } from './concerns';

/** A variable as the documents show it: once for all apps that describe it alike. */
export interface DescribedVariable {
  readonly setting: Setting;
  readonly isRequired: boolean;
  /** The default of each app that reads it; undefined: none. */
  readonly defaults: ReadonlyMap<string, string | undefined>;
}

/** The variables of one heading. */
export interface DescribedConcern {
  readonly title: string;
  readonly variables: readonly DescribedVariable[];
}

/**
 * Sorts the settings of all apps under the headings.
 * @throws Error if a setting has no heading, or its shown default is not the one it has
 */
export function describeVariables(
  apps: Readonly<Record<string, SettingsDescription>>,
  concerns: readonly Concern[],
): readonly DescribedConcern[] {
  const described = new Map<Concern, DescribedVariable[]>(concerns.map((concern) => [concern, []]));
  for (const [app, settings] of Object.entries(apps)) {
    for (const setting of Object.values(settings)) {
      checkShownDefault(setting);
      const concern = concerns.find(
        ({ settings: known, variables }) => Object.values(known).includes(setting) || variables?.includes(setting.env),
      );
      const variables = concern === undefined ? undefined : described.get(concern);
      if (variables === undefined) throw new Error(`${setting.env} of ${app} has no heading in tools/settings/concerns.ts`);
      addTo(variables, setting, app);
    }
  }
  return [...described].map(([{ title, settings }, variables]) => ({ title, variables: inOrderOf(Object.values(settings), variables) }));
}

function addTo(variables: DescribedVariable[], setting: Setting, app: string): void {
  const alike = variables.find(({ setting: { env, description } }) => env === setting.env && description === setting.description);
  const defaults = new Map(alike?.defaults).set(app, setting.shownDefault);
  if (alike === undefined) variables.push({ setting, isRequired: !setting.schema.safeParse(undefined).success, defaults });
  else variables[variables.indexOf(alike)] = { ...alike, defaults };
}

/** As they were declared; those that each app makes itself come first. */
function inOrderOf(declared: readonly Setting[], variables: readonly DescribedVariable[]): readonly DescribedVariable[] {
  return [...variables].sort((one, other) => declared.indexOf(one.setting) - declared.indexOf(other.setting));
}

/** A default that the documents name must be the one that the schema takes. */
function checkShownDefault({ env, schema, shownDefault }: Setting): void {
  const actual = schema.safeParse(undefined);
  if (shownDefault === undefined) return;
  const shown = schema.safeParse(shownDefault);
  if (!actual.success || !shown.success || !isDeepStrictEqual(actual.data, shown.data))
    throw new Error(`${env} is said to have the default ${shownDefault}, which is not what its schema takes`);
}

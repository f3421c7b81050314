import { type Setting } from '@switchboard/config';
import { z } from 'zod';
import { APPS, CONCERNS, EXAMPLES } from './concerns';
import { describeVariables, type DescribedVariable } from './described-variables';
import { renderConfiguration, renderEnvironment } from './render';

const setting = (env: string, more: Partial<Setting> = {}): Setting => ({
  env,
  schema: z.string().default('1'),
  description: `What ${env} is for.`,
  shownDefault: '1',
  ...more,
});

/** The secrets that the example gives a value. That of the database is the one of docker-compose.kafka.yml. */
function secretExamples(described: readonly DescribedVariable[]): string[] {
  const secrets = described.filter(({ setting: { isSecret } }) => isSecret === true).map(({ setting: { env } }) => env);
  return [...new Set(secrets)].filter((env) => (EXAMPLES[env] ?? '') !== '');
}

describe('The documents of the settings', () => {
  const shared = { one: setting('ONE', { unit: 'ms' }), secret: setting('SECRET', { schema: z.string(), isSecret: true }) };
  delete (shared.secret as { shownDefault?: string }).shownDefault;
  const apps = {
    gateway: { ...shared, port: setting('PORT', { schema: z.string().default('8'), shownDefault: '8' }) },
    api: { port: setting('PORT', { schema: z.string().default('9'), shownDefault: '9' }) },
  };
  const concerns = describeVariables(apps, [
    { title: 'Shared', settings: shared },
    { title: 'HTTP', settings: {}, variables: ['PORT'] },
  ]);

  it('say of each variable who reads it, and what it is if it is not set', () => {
    const text = renderConfiguration(concerns);
    expect(text).toContain('| `ONE` | `1` ms | gateway | What ONE is for. |');
    expect(text).toContain('| `SECRET` **secret** | **required** | gateway | What SECRET is for. |');
    expect(text).toContain('| `PORT` | `8` (gateway), `9` (api) | gateway, api | What PORT is for. |');
  });

  it('give an example of each variable that must be set, and comment out the others', () => {
    const environment = renderEnvironment(concerns, { SECRET: 'x' });
    expect(environment).toContain('\n# What ONE is for. Unit: ms.\n# ONE=1\n');
    expect(environment).toContain('\n# What SECRET is for. Or a file that holds it: SECRET_FILE.\nSECRET=x\n');
  });

  it('do not name a default that is another one', () => {
    const wrong = { one: setting('ONE', { shownDefault: '2' }) };
    expect(() => describeVariables({ api: wrong }, [{ title: 'Shared', settings: wrong }])).toThrow('ONE is said to have the default 2');
  });

  it('leave no setting out', () => {
    expect(() => describeVariables({ api: { one: setting('ONE') } }, [])).toThrow('ONE of api has no heading');
  });

  it('describe the settings of all apps, without a secret to copy', () => {
    const described = describeVariables(APPS, CONCERNS).flatMap(({ variables }) => variables);
    const variables = Object.values(APPS).flatMap((settings) => Object.values(settings).map(({ env }) => env));
    expect(new Set(described.map(({ setting: { env } }) => env))).toEqual(new Set(variables));
    expect(secretExamples(described)).toEqual(['DATABASE_URL']);
  });
});

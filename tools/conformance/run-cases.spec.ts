import { type ConformanceTarget } from './case-context';
import { equal } from './checks';
import { type CaseGroup } from './conformance-case';
import { runCases } from './run-cases';

const TARGET: ConformanceTarget = { apiUrl: 'http://127.0.0.1:1', wsUrls: [], apiKey: '', readerKey: '', jwtSecret: '' };

function group(...runs: CaseGroup['cases'][number]['run'][]): readonly CaseGroup[] {
  return [{ name: 'group', cases: runs.map((run, index) => ({ name: `case ${String(index)}`, run })) }];
}

describe('runCases', () => {
  it('tells of each case whether the promise was kept, and else what was expected and seen', async () => {
    const keeps = (): Promise<void> => Promise.resolve();
    const breaks = async (): Promise<void> => {
      await Promise.resolve();
      equal('the status', 500, 202);
    };
    const results = await runCases(TARGET, group(keeps, breaks));
    expect(results.map(({ name, fault }) => [name, fault])).toEqual([
      ['case 0', undefined],
      ['case 1', 'the status: expected 202, saw 500'],
    ]);
  });

  it('finds a server at fault that does not answer', async () => {
    const [result] = await runCases(
      TARGET,
      group(async (context) => {
        await context.get('/livez');
      }),
    );
    expect(result?.fault).toContain('fetch failed');
  });

  it('gives each case names of its own, and keeps the order of the results', async () => {
    const users = new Set<string>();
    const results = await runCases(
      TARGET,
      group(
        ...Array.from({ length: 20 }, (_, index) => async ({ user }: { user: string }) => {
          users.add(user);
          for (let turn = 0; turn < 20 - index; turn += 1) await Promise.resolve();
        }),
      ),
    );
    expect(users.size).toBe(20);
    expect(results.map(({ name }) => name)).toEqual(Array.from({ length: 20 }, (_, index) => `case ${String(index)}`));
  });
});

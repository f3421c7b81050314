import { randomBytes } from 'node:crypto';
import { CaseContext, type ConformanceTarget } from './case-context';
import { Mismatch } from './checks';
import { type CaseGroup, type ConformanceCase } from './conformance-case';

const AT_ONCE = 8;
const CASE_TIMEOUT_MS = 120_000;

/** What became of a case. */
export interface CaseResult {
  readonly group: string;
  readonly name: string;
  /** What was expected and what was seen; undefined: the promise was kept. */
  readonly fault: string | undefined;
  readonly tookMs: number;
}

/** Runs every case, eight at a time, each with names of its own; resolves with the results, in the order of the groups. Never rejects. */
export async function runCases(
  target: ConformanceTarget,
  groups: readonly CaseGroup[],
  told: (result: CaseResult) => void = () => undefined,
): Promise<readonly CaseResult[]> {
  const run = randomBytes(4).toString('hex');
  const entries = groups.flatMap(({ name, cases }) => cases.map((item) => ({ group: name, item })));
  const results: CaseResult[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < entries.length; index = next++) {
      const entry = entries[index];
      if (entry === undefined) return;
      const startedAtMs = performance.now();
      const fault = await faultOf(entry.item, new CaseContext(target, `${run}-${String(index)}`));
      const result = { group: entry.group, name: entry.item.name, fault, tookMs: Math.round(performance.now() - startedAtMs) };
      results[index] = result;
      told(result);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return results;
}

async function faultOf(item: ConformanceCase, context: CaseContext): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Mismatch(`expected an end within ${String(CASE_TIMEOUT_MS)} ms`));
    }, CASE_TIMEOUT_MS);
  });
  try {
    await Promise.race([item.run(context), tooLong]);
    return undefined;
  } catch (error) {
    if (error instanceof Mismatch) return error.message;
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  } finally {
    clearTimeout(timer);
    context.end();
  }
}

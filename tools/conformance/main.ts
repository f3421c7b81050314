import { parseArgs } from 'node:util';
import { caseGroups } from './case-groups';
import { type CaseGroup } from './conformance-case';
import { runCases, type CaseResult } from './run-cases';

const USAGE = `npm run conformance -- --api URL --ws URL --key KEY --reader-key KEY --jwt-secret SECRET [--only TEXT] [--json]
npm run conformance -- --list

  --api         the API, such as http://127.0.0.1:8080
  --ws          the endpoint of clients, such as ws://127.0.0.1:8081/v1/connect; more than one take turns
  --key         an API key with every scope
  --reader-key  an API key with the scope read and no other
  --jwt-secret  what tokens are signed with (HS256)
  --only        only the cases whose group or name has this text
  --json        the results as one JSON object
  --list        names the cases, and asks no server`;

/** Checks a server against the contract, case by case; the exit code is 1 if a promise was not kept. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      api: { type: 'string' },
      ws: { type: 'string', multiple: true },
      key: { type: 'string' },
      'reader-key': { type: 'string' },
      'jwt-secret': { type: 'string' },
      only: { type: 'string', default: '' },
      json: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
    },
  });
  const groups = chosen(values.only);
  if (values.list) {
    for (const { name, cases } of groups) for (const item of cases) console.log(`${name}: ${item.name}`);
    return;
  }
  const { api, ws, key, 'reader-key': readerKey, 'jwt-secret': jwtSecret, json } = values;
  if (api === undefined || ws === undefined || key === undefined || readerKey === undefined || jwtSecret === undefined)
    throw new Error(USAGE);
  if (groups.length === 0) throw new Error(`No case has "${values.only}" in its name.`);
  const target = { apiUrl: api.replace(/\/$/, ''), wsUrls: ws, apiKey: key, readerKey, jwtSecret };
  const results = await runCases(target, groups, json ? undefined : tell);
  const failed = results.filter(({ fault }) => fault !== undefined).length;
  if (json) console.log(JSON.stringify({ cases: results.length, failed, results }, undefined, 2));
  else console.log(`${String(results.length - failed)} of ${String(results.length)} promises were kept.`);
  process.exitCode = failed === 0 ? 0 : 1;
}

function chosen(part: string): readonly CaseGroup[] {
  return caseGroups
    .map(({ name, cases }) => ({ name, cases: cases.filter((item) => `${name}: ${item.name}`.includes(part)) }))
    .filter(({ cases }) => cases.length > 0);
}

function tell({ group, name, fault, tookMs }: CaseResult): void {
  console.log(`${fault === undefined ? 'ok  ' : 'FAIL'} ${group}: ${name} (${String(tookMs)} ms)`);
  if (fault !== undefined) console.log(`     ${fault}`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
});

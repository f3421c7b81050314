import { documentFaults, writeGeneratedFiles } from './documents/generated-files';

/** `npm run docs:write` writes the documents that are made from the code; `npm run docs:check` only says whether they are current. */
async function main([option, ...others]: readonly string[]): Promise<void> {
  if (others.length > 0 || (option !== undefined && option !== '--check')) throw new Error('The only option is --check.');
  if (option === undefined) {
    for (const path of await writeGeneratedFiles('.')) console.log(`${path} written`);
    return;
  }
  const faults = await documentFaults('.');
  for (const fault of faults) console.error(fault);
  process.exitCode = faults.length === 0 ? 0 : 1;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});

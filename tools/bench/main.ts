import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot, runWithCluster } from '../cluster';
import { benchReport } from './bench-report';
import { runBench, type BenchResults } from './run-bench';

const COLLECT_ON_SIGNAL = join(__dirname, 'collect-on-signal.js');

/**
 * `npm run bench`: latency at a steady rate, throughput, CPU and memory of a cluster on this machine. Prints medians, and writes everything to `bench-results/<time>.json`.
 * Ends with 1 if a message was lost, repeated or out of order; not for a goal that was missed, since that depends on the machine.
 */
void runWithCluster({ gateways: 2, env: { NODE_OPTIONS: `--require ${JSON.stringify(COLLECT_ON_SIGNAL)}` } }, async (cluster) => {
  const results = await runBench(cluster, (line) => {
    console.log(line);
  });
  console.log(`\n${benchReport(results)}\n`);
  console.log(`All figures: ${save(results)}`);
  const { lost, repeated, outOfOrder } = results.totals;
  return lost === 0 && repeated === 0 && outOfOrder === 0;
});

function save(results: BenchResults): string {
  const folder = join(projectRoot(), 'bench-results');
  mkdirSync(folder, { recursive: true });
  // Colons are not allowed in file names everywhere.
  const file = join(folder, `${results.startedAt.replaceAll(':', '-')}.json`);
  writeFileSync(file, `${JSON.stringify(results, undefined, 2)}\n`);
  return file;
}

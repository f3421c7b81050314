import { type BenchResults } from './run-bench';
import { median } from './median';
import { type Round } from './traffic';

type Row = readonly [name: string, value: string, goal?: string];

const KIBIBYTE = 1_024;
// Above this, the figures say as much of other programs as of ours.
const NOISY_CORES = 0.2;

/** The tables that the benchmark prints: medians of its rounds. The goals are those for two cores that carry everything, the load generator included. */
export function benchReport({ steadyRate, flatOut, idle, totals, machine }: BenchResults): string {
  const { rounds } = steadyRate;
  const count = (value: number): string => Math.round(value).toLocaleString('en');
  const ms = (value: number): string => `${value.toFixed(1)} ms`;
  const kibibytes = (bytes: number): string => `${(bytes / KIBIBYTE).toFixed(1)} KiB`;
  const of = (from: readonly Round[], name: 'p50Ms' | 'p99Ms' | 'maxMs' | 'acceptedPerSecond' | 'receivedPerSecond'): number =>
    median(from.map((round) => round[name]));
  const busiest = (from: readonly Round[]): string =>
    `${Math.max(...from.map(({ loaderBusyShare }) => loaderBusyShare * 100)).toFixed(0)} %`;
  const figures: Row[] = [
    [`at ${count(steadyRate.messagesPerSecond)} messages/s: latency p50`, ms(of(rounds, 'p50Ms')), '≤ 8 ms'],
    ['  p99', ms(of(rounds, 'p99Ms')), '≤ 40 ms'],
    ['  longest', ms(of(rounds, 'maxMs'))],
    ['  load generator busy', busiest(rounds)],
    [`flat out (${String(flatOut.inFlight)} in flight): received`, `${count(of(flatOut.rounds, 'receivedPerSecond'))}/s`, '≥ 6,000/s'],
    ['  accepted', `${count(of(flatOut.rounds, 'acceptedPerSecond'))}/s`],
    ['  latency p50', ms(of(flatOut.rounds, 'p50Ms'))],
    ['  p99', ms(of(flatOut.rounds, 'p99Ms'))],
    ['  load generator busy', busiest(flatOut.rounds)],
    ['memory of an idle connection', kibibytes(idle.residentBytes), '≤ 12 KiB'],
    ['  before garbage is collected', kibibytes(idle.residentBytesBeforeCollection)],
    ['  on the heap', kibibytes(idle.heapBytes)],
    ['  in buffers', kibibytes(idle.externalBytes)],
    ['messages accepted', count(totals.accepted)],
    ['  refused', count(totals.refused)],
    ['  lost', count(totals.lost), '0'],
    ['  repeated', count(totals.repeated), '0'],
    ['  out of order', count(totals.outOfOrder), '0'],
  ];
  return [
    `${String(machine.cores)} cores (${machine.processor}), Node.js ${machine.node}, PostgreSQL ${machine.postgres}, Kafka ${machine.kafka}`,
    '',
    table([['', 'median', 'goal'], ...figures]),
    '',
    table([['CPU ms per 1,000 messages', 'at the rate', 'flat out'], ...costRows(rounds, flatOut.rounds)]),
    ...noiseWarning([...rounds, ...flatOut.rounds]),
  ].join('\n');
}

function costRows(steady: readonly Round[], flatOut: readonly Round[]): Row[] {
  const names = Object.keys(steady[0]?.cost.cpuMs ?? {});
  const perThousand = (rounds: readonly Round[], name: string): number =>
    median(rounds.map(({ cost, accepted }) => ((cost.cpuMs[name] ?? NaN) * 1_000) / accepted));
  return names.map((name) => [name, perThousand(steady, name).toFixed(0), perThousand(flatOut, name).toFixed(0)]);
}

function noiseWarning(rounds: readonly Round[]): string[] {
  const foreign = Math.max(...rounds.map(({ cost }) => cost.foreignCores ?? 0));
  if (foreign <= NOISY_CORES) return [];
  return ['', `Other programs kept up to ${foreign.toFixed(1)} cores busy meanwhile: measure again on a quiet machine.`];
}

function table(rows: readonly Row[]): string {
  const width = (column: number): number => Math.max(...rows.map((row) => (row[column] ?? '').length));
  const [name, value, goal] = [0, 1, 2].map(width);
  return rows
    .map((row) => `  ${row[0].padEnd(name ?? 0)}  ${row[1].padStart(value ?? 0)}  ${(row[2] ?? '').padStart(goal ?? 0)}`.trimEnd())
    .join('\n');
}

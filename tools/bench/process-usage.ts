import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const KIBIBYTE = 1_024;
/** USER_HZ, which Linux has fixed for programs. */
const TICKS_PER_SECOND = 100;

/** One process, as the operating system shows it. */
interface ProcessRow {
  readonly pid: number;
  readonly parentPid: number;
  /** User and system time so far; of children that have ended too where the system tells. */
  readonly cpuMs: number;
}

/** CPU time that a process and all its descendants have used so far, such as PostgreSQL with its backends; undefined if it is not there. */
export function cpuMsOfTree(rootPid: number): number | undefined {
  const rows = listProcesses();
  const tree = rows.filter(({ pid }) => pid === rootPid);
  if (tree.length === 0) return undefined;
  // The list grows while it is walked.
  for (const { pid } of tree) tree.push(...rows.filter(({ parentPid }) => parentPid === pid));
  return tree.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
}

/** The memory of one process that is in RAM; NaN if it is not there. */
export function residentBytes(pid: number): number {
  try {
    const kibibytes =
      process.platform === 'linux'
        ? /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'latin1'))?.[1]
        : execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
    return Number(kibibytes ?? NaN) * KIBIBYTE;
  } catch {
    return NaN;
  }
}

/** CPU time that the whole machine has spent so far, by whomever; undefined where the system does not tell (elsewhere than on Linux). */
export function machineCpuMs(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const fields = /^cpu +(.+)$/m.exec(readFileSync('/proc/stat', 'latin1'))?.[1]?.split(' ').map(Number) ?? [];
  // user, nice, system, (idle, iowait,) irq, softirq, steal
  const busyTicks = [0, 1, 2, 5, 6, 7].reduce((sum, index) => sum + (fields[index] ?? 0), 0);
  return (busyTicks * 1_000) / TICKS_PER_SECOND;
}

function listProcesses(): ProcessRow[] {
  return process.platform === 'linux' ? listFromProc() : listFromPs();
}

function listFromProc(): ProcessRow[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0)
    .flatMap((pid) => {
      try {
        return [parseProcStat(pid, readFileSync(`/proc/${String(pid)}/stat`, 'latin1'))];
      } catch {
        return []; // it ended meanwhile
      }
    });
}

/** Reads `/proc/<pid>/stat`: after the name in parentheses, which may contain anything, the 4th field is the parent, and 14 to 17 are ticks. */
export function parseProcStat(pid: number, stat: string): ProcessRow {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const field = (number: number): number => Number(fields[number - 3]);
  return {
    pid,
    parentPid: field(4),
    cpuMs: ((field(14) + field(15) + field(16) + field(17)) * 1_000) / TICKS_PER_SECOND,
  };
}

function listFromPs(): ProcessRow[] {
  const output = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,time='], { encoding: 'utf8' });
  return output.trim().split('\n').map(parsePsLine);
}

/** Reads a line of `ps -o pid=,ppid=,time=`; times look like `1-02:03:04` or `2:03.45`. */
export function parsePsLine(line: string): ProcessRow {
  const [pid, parentPid, time = ''] = line.trim().split(/\s+/);
  const [clock = '', days = '0'] = time.split('-').reverse();
  const seconds = clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  return {
    pid: Number(pid),
    parentPid: Number(parentPid),
    cpuMs: (Number(days) * 86_400 + seconds) * 1_000,
  };
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpuMsOfTree, parseProcStat, parsePsLine, residentBytes } from './process-usage';

describe('process usage', () => {
  it('reads a line of /proc whose program has blanks and parentheses in its name', () => {
    const stat = '42 (post) gres: a) S 7 42 42 0 -1 4194560 1 2 3 4 150 50 20 10 20 0 1 0 5';
    expect(parseProcStat(42, stat)).toStrictEqual({ pid: 42, parentPid: 7, cpuMs: 2_300 });
  });

  it.each([
    ['  42     7 0:01.50', 1_500],
    ['42 7 01:02:03', 3_723_000],
    ['42 7 2-00:00:01', 172_801_000],
  ])('reads the line of ps %j', (line, cpuMs) => {
    expect(parsePsLine(line)).toStrictEqual({ pid: 42, parentPid: 7, cpuMs });
  });

  it('counts the work of children, also of those that have ended', async () => {
    const busy = 'const end = Date.now() + 300; while (Date.now() < end);';
    const parent = `require('node:child_process').spawnSync(process.execPath, ['-e', ${JSON.stringify(busy)}]); console.log('done'); process.stdin.resume();`;
    const child = spawn(process.execPath, ['-e', parent], { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    expect(cpuMsOfTree(child.pid ?? 0)).toBeGreaterThan(100);
    child.stdin.end();
    await once(child, 'exit');
    expect(cpuMsOfTree(child.pid ?? 0)).toBeUndefined();
  });

  it('knows the memory of a process in RAM', () => {
    const ownBytes = process.memoryUsage.rss();
    expect(residentBytes(process.pid)).toBeGreaterThan(ownBytes / 2);
    expect(residentBytes(process.pid)).toBeLessThan(ownBytes * 2);
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLAIM_FILE, claimFolder } from './folder-claim';
import { identifyProcess } from './process-identity';

describe('claimFolder', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'switchboard-claim-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const record = (content: unknown): void => {
    writeFileSync(join(folder, CLAIM_FILE), JSON.stringify(content));
  };
  const deadOwner = { pid: 1, startedAt: 'long ago' }; // that id lives, but it is another process

  it('refuses a second owner, and lets it in after the first has released', async () => {
    const claim = await claimFolder(folder, 'Service', ['SIGTERM']);
    await expect(claimFolder(folder, 'Service', ['SIGTERM'])).rejects.toThrow(`Service in ${folder} is in use by this process`);
    claim.release();
    (await claimFolder(folder, 'Service', ['SIGTERM'])).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('refuses while the owner is another living process', async () => {
    record({ owner: identifyProcess(process.ppid) });
    await expect(claimFolder(folder, 'Service', ['SIGTERM'])).rejects.toThrow(`in use by process ${String(process.ppid)}`);
  });

  it('takes over from an owner that died without a word', async () => {
    record({ owner: deadOwner, service: deadOwner });
    const claim = await claimFolder(folder, 'Service', ['SIGTERM']);
    await expect(claimFolder(folder, 'Service', ['SIGTERM'])).rejects.toThrow('in use by this process');
    claim.release();
  });

  it('takes over from a record that cannot be read', async () => {
    writeFileSync(join(folder, CLAIM_FILE), '{"owner":');
    const claim = await claimFolder(folder, 'Service', ['SIGTERM']);
    await expect(claimFolder(folder, 'Service', ['SIGTERM'])).rejects.toThrow('in use by this process');
    claim.release();
  });

  it('ends a service that a dead owner left behind, and only then takes over', async () => {
    const leftover = spawn('sleep', ['600']);
    const exit = once(leftover, 'exit');
    record({ owner: deadOwner, service: identifyProcess(leftover.pid ?? 0) });
    const claim = await claimFolder(folder, 'Service', ['SIGINT', 'SIGKILL']);
    expect(await exit).toEqual([null, 'SIGINT']);
    claim.release();
  });

  it('lets in exactly one of many that find a dead owner', async () => {
    record({ owner: deadOwner });
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => claimFolder(folder, 'Service', ['SIGTERM'])));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(existsSync(join(folder, CLAIM_FILE))).toBe(true);
  });
});

import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startPostgres } from './postgres';
import { temporaryFolder } from './temporary-folder';
import { unprivilegedAccount } from './unprivileged-account';

async function ask(url: string, statement: string): Promise<unknown[]> {
  const client = new Client(url);
  await client.connect();
  try {
    return (await client.query<unknown[]>({ text: statement, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}

jest.setTimeout(90_000); // a start takes seconds when the machine is busy

describe('startPostgres', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = temporaryFolder('postgres-test', unprivilegedAccount());
  });
  afterEach(() => {
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('answers with full durability, on the loopback address only', async () => {
    const postgres = await startPostgres({ dataDir });
    expect(
      await ask(
        postgres.url,
        `SELECT current_setting('fsync'), current_setting('synchronous_commit'), current_setting('listen_addresses')`,
      ),
    ).toEqual(['on', 'on', '127.0.0.1']);
    await postgres.stop();
  });

  it('asks everybody on this machine for the password, which it keeps to itself', async () => {
    const postgres = await startPostgres({ dataDir });
    const url = new URL(postgres.url);
    url.password = 'guess';
    await expect(ask(url.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
    expect(statSync(join(dataDir, 'password')).mode & 0o777).toBe(0o600);
    await postgres.stop();
  });

  it('finds its data again on the same folder and port, after a stop and after a crash', async () => {
    const first = await startPostgres({ dataDir });
    await ask(first.url, 'CREATE TABLE kept AS SELECT 1 AS n');
    await first.stop();
    const second = await startPostgres({ dataDir, port: first.port });
    expect(second.url).toBe(first.url);
    await ask(second.url, 'INSERT INTO kept VALUES (2)');
    second.kill('SIGKILL');
    await second.ended;
    const third = await startPostgres({ dataDir, port: first.port });
    expect(await ask(third.url, 'SELECT n FROM kept ORDER BY n')).toEqual([1, 2]);
    await third.stop();
  });

  it('refuses a folder that it runs on already, and leaves the running one alone', async () => {
    const postgres = await startPostgres({ dataDir });
    await expect(startPostgres({ dataDir })).rejects.toThrow('is in use by this process');
    expect(await ask(postgres.url, 'SELECT 1')).toEqual([1]);
    await postgres.stop();
  });

  it('is not kept from starting by a process id that was given out again', async () => {
    const first = await startPostgres({ dataDir });
    await first.stop();
    writeFileSync(join(dataDir, 'cluster/postmaster.pid'), `${String(process.pid)}\n${dataDir}/cluster\n`);
    const second = await startPostgres({ dataDir });
    expect(await ask(second.url, 'SELECT 1')).toEqual([1]);
    await second.stop();
  });

  it('says that the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await expect(startPostgres({ dataDir, port })).rejects.toThrow(new RegExp(`did not start on port ${String(port)}[^]*already in use`));
    other.close();
  });

  it('removes its folder at the end if that is a temporary one', async () => {
    const postgres = await startPostgres();
    const [folder] = (await ask(postgres.url, `SELECT current_setting('data_directory')`)) as [string];
    expect(existsSync(join(folder, '..'))).toBe(true);
    await postgres.stop();
    expect(existsSync(join(folder, '..'))).toBe(false);
  });

  // Only root runs PostgreSQL as somebody else.
  if (process.getuid?.() === 0) {
    it('says why a folder will not do which the account of PostgreSQL cannot enter', async () => {
      const closed = mkdtempSync(join(tmpdir(), 'switchboard-closed-')); // mode 0700
      await expect(startPostgres({ dataDir: join(closed, 'data') })).rejects.toThrow('cannot enter that folder');
      expect(existsSync(join(closed, 'data'))).toBe(false);
      rmSync(closed, { recursive: true });
    });
  }

  it('runs as an ordinary user', async () => {
    const postgres = await startPostgres({ dataDir });
    const status = readFileSync(`/proc/${String(postgres.pid)}/status`, 'utf8');
    expect(/^Uid:\s+(\d+)/m.exec(status)?.[1]).toBe(String(unprivilegedAccount()?.uid ?? process.getuid?.()));
    await postgres.stop();
  });
});

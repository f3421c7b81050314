import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { promisify } from 'node:util';
import { BareClient, waitFor } from '@switchboard/testing';
import { counter } from './read-metrics';
import { Standalone, temporaryDataFolder } from './standalone-process';

const START_TIMEOUT_MS = 120_000;

async function tokenFor(address: string, user: string): Promise<string> {
  const options = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ user }) };
  return ((await (await fetch(`${address}/demo/token`, options)).json()) as { token: string }).token;
}

describe('Standalone', () => {
  const dataDir = temporaryDataFolder();
  let standalone: Standalone;

  afterAll(async () => {
    if (standalone.exitCode === undefined) await standalone.end('SIGKILL');
    rmSync(dataDir, { recursive: true, force: true });
  });

  it(
    'starts with nothing, and the command that it prints works as pasted',
    async () => {
      standalone = new Standalone(dataDir);
      await standalone.address();
      const { stdout } = await promisify(execFile)('bash', ['-c', standalone.curl]);
      expect(JSON.parse(stdout)).toMatchObject({ stream: 'user:alice', seq: 1 });
    },
    START_TIMEOUT_MS,
  );

  it('delivers without an event on the bus: local first', async () => {
    const address = await standalone.address();
    const client = new BareClient(`${address.replace('http', 'ws')}/v1/connect`);
    await client.hello(await tokenFor(address, 'bob'));
    const headers = { authorization: `Bearer ${standalone.apiKey}`, 'content-type': 'application/json' };
    for (let number = 1; number <= 10; number += 1) {
      await fetch(`${address}/v1/users/bob/messages`, { method: 'POST', headers, body: `{"data":${String(number)}}` });
    }
    expect((await client.messages(10)).map(({ data }) => data)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(await counter(address, 'switchboard_events_local_total')).toBe(10);
    expect(await counter(address, 'switchboard_events_sent_total')).toBe(0);
    client.end();
  });

  it('delivers an ephemeral message to everyone once, though its own event comes back to it', async () => {
    const address = await standalone.address();
    const client = new BareClient(`${address.replace('http', 'ws')}/v1/connect`);
    await client.hello(await tokenFor(address, 'carol'));
    const headers = { authorization: `Bearer ${standalone.apiKey}`, 'content-type': 'application/json' };
    const post = (path: string, body: object): Promise<Response> =>
      fetch(`${address}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    for (let number = 1; number <= 3; number += 1) await post('/v1/everyone/messages', { durability: 'ephemeral', data: number });
    await post('/v1/everyone/messages', { data: 'end' });
    await waitFor('the end', () => client.of('message').some(({ data }) => data === 'end'));
    expect(client.of('message').map(({ data }) => data)).toEqual([1, 2, 3, 'end']);
    client.end();
  });

  it('answers itself: a send that waits, a membership, and the closing of a connection', async () => {
    const address = await standalone.address();
    const client = new BareClient(`${address.replace('http', 'ws')}/v1/connect`);
    const { connection } = await client.hello(await tokenFor(address, 'dave'), { device: 'phone' });
    const headers = { authorization: `Bearer ${standalone.apiKey}`, 'content-type': 'application/json' };
    const call = (method: string, path: string, body?: object): Promise<Response> =>
      fetch(`${address}${path}`, {
        method,
        headers: body === undefined ? { authorization: headers.authorization } : headers,
        ...(body && { body: JSON.stringify(body) }),
      });
    const waited = await call('POST', '/v1/users/dave/messages?wait=written', { data: 1 });
    expect(await waited.json()).toMatchObject({ outcome: 'written', device: 'phone' });
    expect((await call('PUT', '/v1/channels/members-only/members/dave')).status).toBe(204);
    await call('POST', '/v1/channels/members-only/messages', { data: 2 });
    expect((await client.messages(2)).map(({ data }) => data)).toEqual([1, 2]);
    expect((await call('DELETE', `/v1/connections/${connection}`)).status).toBe(204);
    expect(await client.closeCode()).toBe(4503);
  });

  it('serves nothing but the files of the demo page', async () => {
    const address = await standalone.address();
    for (const path of ['/demo/main.ts', '/demo/..%2f..%2fpackage.json', '/demo/constructor']) {
      expect((await fetch(`${address}${path}`)).status).toBe(404);
    }
    expect(
      (await fetch(`${address}/demo/token`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"user":""}' }))
        .status,
    ).toBe(400);
  });

  it.each([
    ['SIGTERM', 0],
    ['SIGINT', 0],
    ['SIGKILL', null],
  ] as const)(
    'ends on %s, PostgreSQL included, and keeps its data and keys',
    async (signal, exitCode) => {
      await standalone.address();
      const { apiKey } = standalone;
      await standalone.end(signal);
      expect(standalone.exitCode).toBe(exitCode);
      standalone = new Standalone(dataDir);
      const address = await standalone.address();
      expect(standalone.apiKey).toBe(apiKey);
      const client = new BareClient(`${address.replace('http', 'ws')}/v1/connect`);
      await client.hello(await tokenFor(address, 'alice'));
      expect((await client.messages(1))[0]).toMatchObject({ seq: 1, data: { text: 'Hello, Alice' } });
      client.end();
    },
    START_TIMEOUT_MS,
  );
});

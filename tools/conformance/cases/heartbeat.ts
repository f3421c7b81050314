import { count, equal, holds } from '../checks';
import { type CaseGroup } from '../conformance-case';

/** Staying alive. */
export const HEARTBEAT: CaseGroup = {
  name: 'heartbeat',
  cases: [
    {
      name: 'a client of which nothing comes is asked after a ping interval, and closed with 4001 after two',
      run: async (c) => {
        const { client, ready } = await c.connect();
        const intervalMs = count('pingIntervalMs', ready['pingIntervalMs']);
        const startedAtMs = performance.now();
        // The silence is measured from some look to the next, so each takes up to an interval longer.
        await client.frame({ type: 'ping' }, intervalMs * 2 + 1_000);
        equal('the close code', await client.closeCode(intervalMs * 2 + 1_000), 4001);
        const tookMs = performance.now() - startedAtMs;
        holds('two intervals before the close', tookMs > intervalMs * 1.9, `${String(Math.round(tookMs))} ms`);
      },
    },
    {
      name: 'a client that answers stays',
      run: async (c) => {
        const { client, ready } = await c.connect();
        const intervalMs = count('pingIntervalMs', ready['pingIntervalMs']);
        const witness = await c.connect();
        client.socket.on('message', (bytes: Buffer) => {
          if (bytes.toString() === '{"type":"ping"}') client.send({ type: 'pong' });
        });
        await witness.client.closeCode(intervalMs * 3 + 2_000);
        await client.roundTrip();
        equal('whether it was closed', client.closed, undefined);
      },
    },
    {
      name: 'a ping is answered with a pong, before hello too',
      run: async (c) => {
        await (await c.open()).roundTrip();
        await (await c.connect()).client.roundTrip();
      },
    },
    {
      name: 'a ping of WebSocket itself is answered',
      run: async (c) => {
        const { client } = await c.connect();
        await new Promise<void>((resolve) => {
          client.socket.once('pong', () => {
            resolve();
          });
          client.socket.ping('x');
        });
      },
    },
    {
      name: 'a close of the client is answered with its code',
      run: async (c) => {
        const { client } = await c.connect();
        client.socket.close(1000);
        equal('the close code', await client.closeCode(), 1000);
      },
    },
  ],
};

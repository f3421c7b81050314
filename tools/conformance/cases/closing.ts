import { equal, includes } from '../checks';
import { type CaseGroup } from '../conformance-case';
import { eventually } from '../eventually';

/** Closing connections over HTTP. */
export const CLOSING: CaseGroup = {
  name: 'closing',
  cases: [
    {
      name: 'DELETE /v1/connections/{id} closes that one with 4503; then it is 404',
      run: async (c) => {
        const [one, other] = [await c.connect(), await c.connect()];
        const path = `/v1/connections/${String(one.ready['connection'])}`;
        equal('the status', (await c.call('DELETE', path)).status, 204);
        equal('the close code', await one.client.closeCode(), 4503);
        await other.client.roundTrip();
        await eventually('404', async () => ((await c.call('GET', path)).status === 404 ? true : undefined));
        await c.refused(404, 'not_found', ['DELETE', path]);
      },
    },
    {
      name: 'POST /v1/connections/close closes all of a user; a dry run counts them',
      run: async (c) => {
        const all = [await c.connect(), await c.connect(), await c.connect()];
        const stranger = await c.connect({ user: `${c.user}-other` });
        const dry = await c.call('POST', '/v1/connections/close', { body: { user: c.user, dryRun: true } });
        equal('status of the dry run', dry.status, 200);
        includes('the dry run', dry.body, { connections: 3 });
        await all[0]?.client.roundTrip();
        const { status, body } = await c.call('POST', '/v1/connections/close', { body: { user: c.user } });
        equal('status', status, 202);
        includes('the answer', body, { connections: 3 });
        for (const { client } of all) equal('the close code', await client.closeCode(), 4503);
        await stranger.client.roundTrip();
      },
    },
    {
      name: 'is paced where it is told how many a second',
      run: async (c) => {
        const all = [await c.connect(), await c.connect(), await c.connect()];
        equal('status', (await c.call('POST', '/v1/connections/close', { body: { user: c.user, perSecond: 2 } })).status, 202);
        for (const { client } of all) equal('the close code', await client.closeCode(), 4503);
      },
    },
    {
      name: 'a body that names neither user nor server, or both, or unknown fields, is refused',
      run: async (c) => {
        const path = '/v1/connections/close';
        await c.refused(400, 'invalid_field', ['POST', path, { body: {} }]);
        await c.refused(400, 'invalid_field', ['POST', path, { body: { user: c.user, server: 's' } }]);
        await c.refused(400, 'unknown_field', ['POST', path, { body: { user: c.user, dry: true } }]);
        await c.refused(400, 'invalid_field', ['POST', path, { body: { user: c.user, perSecond: 0 } }]);
      },
    },
    {
      name: 'needs the scope admin',
      run: async (c) => {
        const { client, ready } = await c.connect();
        const path = `/v1/connections/${String(ready['connection'])}`;
        await c.refused(403, 'forbidden', ['DELETE', path, { key: c.target.readerKey }]);
        await client.roundTrip();
      },
    },
  ],
};

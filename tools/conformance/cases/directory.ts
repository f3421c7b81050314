import { equal, holds, includes, list, text, time } from '../checks';
import { type CaseGroup } from '../conformance-case';
import { eventually } from '../eventually';

const NOBODY = '00000000-0000-7000-8000-000000000000';

/** Who is where. */
export const DIRECTORY: CaseGroup = {
  name: 'directory',
  cases: [
    {
      name: 'GET /v1/users/{user}: online, connections and devices',
      run: async (c) => {
        const { ready } = await c.connect({ hello: { device: 'phone' } });
        const answer = await c.get(`/v1/users/${c.user}`);
        includes('the user', answer, { user: c.user, online: true });
        const [connection] = list('connections', answer['connections']);
        includes('the connection', connection, { id: ready['connection'], server: ready['server'], device: 'phone' });
        time('connectedAt', connection?.['connectedAt']);
        includes('the device', list('devices', answer['devices'])[0], { device: 'phone', cursor: 0 });
      },
    },
    {
      name: 'GET /v1/users/{user} is 200 and offline for a user never seen',
      run: async (c) => {
        equal('the user', await c.get(`/v1/users/${c.user}`), { user: c.user, online: false, connections: [], devices: [] });
      },
    },
    {
      name: 'a user whose connections have ended is offline; the devices stay',
      run: async (c) => {
        const { client } = await c.connect({ hello: { device: 'phone' } });
        client.end();
        const user = await eventually('the user to be offline', async () => {
          const answer = await c.get(`/v1/users/${c.user}`);
          return answer['online'] === false ? answer : undefined;
        });
        equal('the connections', user['connections'], []);
        equal('how many devices', list('devices', user['devices']).length, 1);
      },
    },
    {
      name: 'GET /v1/connections/{id} is the connection, or 404',
      run: async (c) => {
        const { ready } = await c.connect({ hello: { device: 'phone' } });
        const answer = await c.get(`/v1/connections/${text('connection', ready['connection'])}`);
        includes('the connection', answer, { id: ready['connection'], user: c.user, server: ready['server'], device: 'phone' });
        for (const id of [NOBODY, 'x']) await c.refused(404, 'not_found', ['GET', `/v1/connections/${id}`]);
      },
    },
    {
      name: 'GET /v1/connections?user= pages with items and next',
      run: async (c) => {
        const ids = [(await c.connect()).ready, (await c.connect()).ready, (await c.connect()).ready].map((ready) => ready['connection']);
        const seen: unknown[] = [];
        let next: string | null = '';
        for (let pages = 0; next !== null && pages < 3; pages += 1) {
          const page = await c.get(`/v1/connections?user=${c.user}&limit=2${next === '' ? '' : `&after=${next}`}`);
          seen.push(...list('items', page['items']).map(({ id }) => id));
          next = page['next'] === null ? null : text('next', page['next']);
        }
        equal('next at the end', next, null);
        equal('the ids', seen.sort(), ids.sort());
      },
    },
    {
      name: 'GET /v1/connections?server= has the connections of that server alone',
      run: async (c) => {
        const { ready } = await c.connect();
        const items = list('items', (await c.get(`/v1/connections?user=${c.user}&server=${String(ready['server'])}`))['items']);
        equal(
          'the ids',
          items.map(({ id }) => id),
          [ready['connection']],
        );
        equal('of another', (await c.get(`/v1/connections?user=${c.user}&server=nobody`))['items'], []);
      },
    },
    {
      name: 'a query that does not exist, or is out of bounds, is refused',
      run: async (c) => {
        for (const query of ['limit=0', 'limit=x', 'after=x', 'usr=a'])
          await c.refused(400, 'invalid_path', ['GET', `/v1/connections?${query}`]);
      },
    },
    {
      name: 'GET /v1/servers names the server of each connection',
      run: async (c) => {
        const { ready } = await c.connect();
        const { status, text: answered } = await c.call('GET', '/v1/servers');
        equal('the status', status, 200);
        const servers = list('servers', JSON.parse(answered));
        holds(
          'the server of the connection',
          servers.some(({ id }) => id === ready['server']),
          servers,
        );
      },
    },
    {
      name: 'draining a server that does not exist is 404, and needs the scope admin',
      run: async (c) => {
        await c.refused(404, 'not_found', ['POST', '/v1/servers/nobody/drain']);
        await c.refused(403, 'forbidden', ['POST', '/v1/servers/nobody/drain', { key: c.target.readerKey }]);
      },
    },
    {
      name: 'the directory needs a key with the scope read',
      run: async (c) => {
        for (const path of [`/v1/users/${c.user}`, '/v1/connections', '/v1/servers', c.userMessages]) {
          const { headers } = await c.refused(401, 'unauthorized', ['GET', path, { key: null }]);
          holds(
            'WWW-Authenticate: Bearer',
            headers.get('www-authenticate')?.startsWith('Bearer') === true,
            headers.get('www-authenticate'),
          );
        }
      },
    },
  ],
};

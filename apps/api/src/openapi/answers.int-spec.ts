import { call, type Answer, type Call } from '../testing/call';
import { type InstalledApi, startInstalledApi } from '../testing/start-installed-api';
import { OPERATIONS } from './operations';

/** What needs a server with sockets; the tests of connections and servers hold those answers to the document. */
const WITH_SOCKETS = ['sendToConnection 202', 'getConnection 200', 'closeConnection 204', 'drainServer 202', 'isReady 503'];
const NOBODY = '00000000-0000-4000-8000-000000000000';
const NAMES: Readonly<Record<string, string>> = { user: 'ann', channel: 'news', connection: NOBODY, server: 'nowhere', id: 'nothing' };

// `call` throws if an answer is not as the document has it.
describe('Answers', () => {
  const seen = new Set<string>();
  let api: InstalledApi;

  beforeAll(async () => {
    api = await startInstalledApi();
  });
  afterAll(() => api.close());

  const make = async (id: string, parameters: string, request: Omit<Call, 'path' | 'method'> = {}): Promise<Answer> => {
    const { method, path } = OPERATIONS.find((each) => each.id === id) ?? { method: 'get', path: '/' };
    const answer = await call(api, {
      method: method.toUpperCase(),
      path: `${path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => NAMES[name] ?? '')}${parameters}`,
      ...request,
    });
    seen.add(`${id} ${String(answer.status)}`);
    return answer;
  };
  const body = (value: object): { readonly body: string } => ({ body: JSON.stringify(value) });
  const keyed = OPERATIONS.filter(({ scope }) => scope !== undefined);
  const bodyOf = ({ method }: { readonly method: string }): Pick<Call, 'body'> => (method === 'post' ? body({ data: 1 }) : {});

  it('are as the document has them when all goes well', async () => {
    const { id } = JSON.parse((await make('sendToUser', '', body({ data: 1, event: 'e' }))).text) as { id: string };
    await make('sendToUser', '', body({ data: 1, durability: 'ephemeral', conflateKey: 'k' }));
    await make('sendToUser', '?wait=written', body({ data: 1 }));
    for (const name of ['sendToChannel', 'sendToEveryone']) await make(name, '', body({ data: [1] }));
    for (let times = 0; times < 2; times += 1)
      await make('send', '', body({ to: { users: ['ann', 'bob'] }, data: 1, idempotencyKey: 'k' }));
    await make('send', '', body({ to: { users: ['ann'] }, data: 2, idempotencyKey: 'k' }));
    await make('send', '?wait=acked&timeoutMs=1', body({ to: { user: 'ann' }, data: 1 }));
    await make('sendBatch', '', { body: '{"to":{"user":"ann"},"data":1}\n', headers: { 'content-type': 'application/x-ndjson' } });
    await call(api, { method: 'GET', path: `/v1/messages/${id}` }).then(({ status }) => seen.add(`getMessage ${String(status)}`));
    await call(api, { method: 'DELETE', path: `/v1/messages/${id}` }).then(({ status }) => seen.add(`recallMessage ${String(status)}`));
    for (const name of ['readUserStream', 'readChannelStream', 'readEveryoneStream']) await make(name, '?after=0&limit=2');
    await make('addMember', '');
    for (const name of ['getUser', 'listConnections', 'listMembers', 'listServers', 'removeMember']) await make(name, '');
    for (const dryRun of [true, false]) await make('closeConnections', '', body({ user: 'ann', dryRun }));
    for (const name of ['isLive', 'isReady', 'metrics', 'openapi', 'docs']) await make(name, '', { headers: { authorization: null } });
    const expected = OPERATIONS.flatMap(({ id: name, answers }) => Object.keys(answers).map((status) => `${name} ${status}`));
    expect(expected.filter((each) => !seen.has(each))).toEqual(WITH_SOCKETS);
  });

  it.each(keyed)('are as the document has them when $id is refused', async ({ id, scope, ...operation }) => {
    const request = bodyOf(operation);
    const statusWith = async (headers: Call['headers'], parameters = ''): Promise<number> =>
      (await make(id, parameters, { ...request, ...(headers === undefined ? {} : { headers }) })).status;
    expect(await statusWith({ authorization: null })).toBe(401);
    expect(await statusWith({ authorization: `Bearer ${scope === 'read' ? 'sender' : 'reader'}` })).toBe(403);
    expect(await statusWith({}, '?nothing=1')).toBe(400);
    expect(await statusWith({ 'content-type': 'application/json; charset=utf-16' })).toBe(415);
  });

  it.each(keyed.filter(({ body: content }) => content !== undefined))(
    'are as the document has them when the body of $id is refused',
    async ({ id }) => {
      const statuses = async (...bodies: string[]): Promise<number[]> =>
        Promise.all(bodies.map(async (text) => (await make(id, '', { body: text })).status));
      const expected = id === 'sendBatch' ? [415, 415, 415, 413] : [400, 400, 400, 413];
      expect(await statuses('{', '{"data":1,"x":1}', '{"event":1}', `{"data":"${'x'.repeat(200_000)}"}`)).toEqual(expected);
    },
  );

  it.each(keyed.filter(({ refusals }) => refusals?.includes('not_found') === true))(
    'are as the document has them when $id finds nothing',
    async ({ id, ...operation }) => {
      const request = id === 'closeConnections' ? body({ server: 'nowhere' }) : bodyOf(operation);
      expect((await make(id, '', request)).status).toBe(404);
    },
  );

  it('are as the document has them when a server is named by what no database can look for', async () => {
    const statuses = [
      await make('closeConnections', '', body({ server: 'a\u0000' })),
      await make('listConnections', '?server=a%00'),
      await call(api, { path: '/v1/servers/a%00/drain' }),
      await call(api, { path: '/v1/connections/a%00/messages', body: '{"data":1}' }),
    ].map(({ status }) => status);
    expect(statuses).toEqual([400, 400, 400, 404]);
  });
});

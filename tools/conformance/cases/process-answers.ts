import { equal, fields, holds, text } from '../checks';
import { type CaseContext } from '../case-context';
import { type CaseGroup } from '../conformance-case';

/** Where each process answers HTTP. */
function origins(c: CaseContext): readonly string[] {
  return [c.target.apiUrl, ...c.target.wsUrls.map((url) => new URL(url.replace(/^ws/, 'http')).origin)];
}

/** Health, headers and the problem document. */
export const PROCESS_ANSWERS: CaseGroup = {
  name: 'health, headers and problems',
  cases: [
    {
      name: '/livez and /readyz answer 200 without a key, on gateways too',
      run: async (c) => {
        for (const origin of origins(c))
          for (const path of ['/livez', '/readyz']) {
            const response = await fetch(`${origin}${path}`);
            equal(`the status of ${origin}${path}`, response.status, 200);
            await response.text();
          }
      },
    },
    {
      name: '/openapi.json describes the API without a key, and /docs is a page',
      run: async (c) => {
        const document = await c.call('GET', '/openapi.json', { key: null });
        holds('OpenAPI 3', text('openapi', document.body['openapi']).startsWith('3.'), document.body['openapi']);
        const paths = Object.keys(fields('paths', document.body['paths']));
        for (const path of ['/v1/users/{user}/messages', '/v1/messages', '/v1/messages/batch', '/v1/servers'])
          holds(`the path ${path}`, paths.includes(path), paths);
        const docs = await c.call('GET', '/docs', { key: null });
        equal('/docs', [docs.status, docs.headers.get('content-type')?.split(';')[0]], [200, 'text/html']);
      },
    },
    {
      name: 'X-Request-Id is echoed, and given where there was none; on errors too',
      run: async (c) => {
        const headers = { 'x-request-id': `request-${c.id}` };
        equal('the id', (await c.call('GET', `/v1/users/${c.user}`, { headers })).headers.get('x-request-id'), headers['x-request-id']);
        const refused = await c.refused(404, 'not_found', ['GET', '/v1/nothing', { headers }]);
        equal('the id of an error', refused.headers.get('x-request-id'), headers['x-request-id']);
        text('an id', (await c.call('GET', `/v1/users/${c.user}`)).headers.get('x-request-id'));
      },
    },
    {
      name: 'traceparent is accepted',
      run: async (c) => {
        const headers = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' };
        equal('the status', (await c.call('POST', c.userMessages, { body: { data: 1 }, headers })).status, 202);
      },
    },
    {
      name: '401 comes with WWW-Authenticate: Bearer',
      run: async (c) => {
        const { headers } = await c.refused(401, 'unauthorized', ['POST', c.userMessages, { body: { data: 1 }, key: 'wrong' }]);
        holds('Bearer', headers.get('www-authenticate')?.startsWith('Bearer') === true, headers.get('www-authenticate'));
      },
    },
    {
      name: 'an unknown path is 404 with a problem document, with a key and without',
      run: async (c) => {
        await c.refused(404, 'not_found', ['GET', '/v2/users']);
        await c.refused(404, 'not_found', ['GET', '/v1/nothing', { key: null }]);
      },
    },
    {
      name: 'the problem of a mistyped field names it',
      run: async (c) => {
        const { body } = await c.refused(400, 'unknown_field', ['POST', c.userMessages, { body: { data: 1, ttlSecs: 5 } }]);
        holds('a detail with ttlSecs', text('detail', body['detail']).includes('ttlSecs'), body);
      },
    },
    {
      name: 'connections are kept alive between requests',
      run: async (c) => {
        const { headers } = await c.call('GET', '/livez', { key: null });
        holds('no Connection: close', headers.get('connection') !== 'close', headers.get('connection'));
      },
    },
    {
      name: 'answers are JSON in UTF-8',
      run: async (c) => {
        const { headers } = await c.call('GET', `/v1/users/${c.user}`);
        equal('the content type', headers.get('content-type')?.toLowerCase(), 'application/json; charset=utf-8');
      },
    },
  ],
};

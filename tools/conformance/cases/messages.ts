import { equal, holds, includes, list, text, time } from '../checks';
import { type CaseGroup } from '../conformance-case';

const UNKNOWN = 'AAAAAAAAAAAAAAAAAAAAAA';

/** What became of messages, recall, and reading streams. */
export const MESSAGES: CaseGroup = {
  name: 'messages and streams over HTTP',
  cases: [
    {
      name: 'GET /v1/messages/{id}: stream, seq, time, expiry, devices, recalled, expired',
      run: async (c) => {
        const sent = await c.toUser(1);
        const status = await c.get(`/v1/messages/${text('id', sent['id'])}`);
        includes('the status', status, {
          id: sent['id'],
          stream: c.userStream,
          seq: 1,
          time: sent['time'],
          recalled: false,
          expired: false,
        });
        time('expiresAt', status['expiresAt']);
        equal('devices', status['devices'], []);
      },
    },
    {
      name: 'GET /v1/messages/{id} of a channel has no devices',
      run: async (c) => {
        const sent = await c.toChannel(1);
        equal('devices', 'devices' in (await c.get(`/v1/messages/${text('id', sent['id'])}`)), false);
      },
    },
    {
      name: 'DELETE /v1/messages/{id} recalls: no read returns it afterwards; a repeat is 204 too',
      run: async (c) => {
        const sent = await c.toUser('secret');
        const path = `/v1/messages/${text('id', sent['id'])}`;
        equal('the statuses', [(await c.call('DELETE', path)).status, (await c.call('DELETE', path)).status], [204, 204]);
        equal('recalled', (await c.get(path))['recalled'], true);
        const page = await c.call('GET', c.userMessages);
        holds('a page without it', !page.text.includes('secret'), page.text);
        equal('the gaps of the page', page.body['gaps'], [{ after: 0, through: 1, reason: 'recalled' }]);
      },
    },
    {
      name: 'a message that does not exist is 404, to read and to recall',
      run: async (c) => {
        for (const id of [UNKNOWN, 'x', encodeURIComponent('ä/..')])
          for (const method of ['GET', 'DELETE']) await c.refused(404, 'not_found', [method, `/v1/messages/${id}`]);
      },
    },
    {
      name: 'reading needs the scope read, recalling the scope send',
      run: async (c) => {
        const sent = await c.toUser(1);
        const path = `/v1/messages/${text('id', sent['id'])}`;
        await c.refused(401, 'unauthorized', ['GET', path, { key: null }]);
        await c.refused(403, 'forbidden', ['DELETE', path, { key: c.target.readerKey }]);
        equal('the status of a read', (await c.call('GET', path, { key: c.target.readerKey })).status, 200);
      },
    },
    {
      name: 'GET /v1/users/{user}/messages pages by after and limit: head, next, gaps, items',
      run: async (c) => {
        for (const data of [1, 2, 3, 4, 5]) await c.toUser(data, { event: 'e' });
        const first = await c.get(`${c.userMessages}?limit=2`);
        equal('head, next, gaps', [first['head'], first['next'], first['gaps']], [5, 2, []]);
        const items = list('items', first['items']);
        equal(
          'the seq',
          items.map(({ seq }) => seq),
          [1, 2],
        );
        includes('an item', items[0], { seq: 1, event: 'e', data: 1 });
        const last = await c.get(`${c.userMessages}?after=3&limit=2`);
        equal(
          'the seq behind 3',
          list('items', last['items']).map(({ seq }) => seq),
          [4, 5],
        );
        equal('next at the end', last['next'], null);
      },
    },
    {
      name: 'streams of channels and everyone are read likewise',
      run: async (c) => {
        await c.toChannel('c');
        const channel = await c.get(c.channelMessages);
        equal(
          'data',
          list('items', channel['items']).map(({ data }) => data),
          ['c'],
        );
        const sent = await c.post('/v1/everyone/messages', { data: c.id });
        const page = await c.get(`/v1/everyone/messages?after=${String(Number(sent['seq']) - 1)}&limit=1`);
        equal('data', list('items', page['items'])[0]?.['data'], c.id);
      },
    },
    {
      name: 'a stream that nothing was sent to is empty, not 404',
      run: async (c) => {
        const page = await c.get(c.userMessages);
        equal('the page', [page['head'], page['next'], page['items']], [0, null, []]);
      },
    },
    {
      name: 'after and limit out of bounds are refused',
      run: async (c) => {
        for (const query of ['after=-1', 'after=x', 'limit=0', 'limit=1000000', 'after=1.5', 'offset=1'])
          await c.refused(400, 'invalid_path', ['GET', `${c.userMessages}?${query}`]);
      },
    },
  ],
};

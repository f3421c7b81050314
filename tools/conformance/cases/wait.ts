import { equal, holds } from '../checks';
import { type Answer, type CaseContext } from '../case-context';
import { type CaseGroup } from '../conformance-case';

const send = (c: CaseContext, query: string, body: object = { data: 1 }): Promise<Answer> =>
  c.call('POST', `${c.userMessages}?${query}`, { body });

/** Waiting for what becomes of a message. */
export const WAIT: CaseGroup = {
  name: 'wait',
  cases: [
    {
      name: 'written: 200 with the result, the outcome and the device, once it was written to a socket',
      run: async (c) => {
        const { client } = await c.connect({ hello: { device: 'phone' } });
        const { status, body } = await send(c, 'wait=written');
        equal('status, seq, outcome, device', [status, body['seq'], body['outcome'], body['device']], [200, 1, 'written', 'phone']);
        await client.frame({ type: 'message', id: body['id'] });
      },
    },
    {
      name: 'acked: 200 with the outcome and the device, once a device acknowledged it',
      run: async (c) => {
        const { client } = await c.connect({ hello: { device: 'phone' } });
        const waiting = send(c, 'wait=acked&timeoutMs=10000');
        const frame = await client.frame({ type: 'message', stream: c.userStream });
        client.send({ type: 'ack', streams: { [c.userStream]: frame['seq'] } });
        const { status, body } = await waiting;
        equal('status, outcome, device', [status, body['outcome'], body['device']], [200, 'acked', 'phone']);
      },
    },
    {
      name: 'offline at once where nobody is connected; the message is kept',
      run: async (c) => {
        const startedAtMs = performance.now();
        const { status, body } = await send(c, 'wait=acked&timeoutMs=30000');
        equal('status, seq, outcome', [status, body['seq'], body['outcome']], [200, 1, 'offline']);
        const tookMs = performance.now() - startedAtMs;
        holds('an answer at once', tookMs < 5_000, `${String(Math.round(tookMs))} ms`);
        await (await c.connect()).client.frame({ type: 'message', id: body['id'] });
      },
    },
    {
      name: 'pending at the timeout',
      run: async (c) => {
        await c.connect();
        const startedAtMs = performance.now();
        const { status, body } = await send(c, 'wait=acked&timeoutMs=400');
        equal('status, outcome', [status, body['outcome']], [200, 'pending']);
        const tookMs = performance.now() - startedAtMs;
        holds('an answer after the timeout', tookMs > 350 && tookMs < 5_000, `${String(Math.round(tookMs))} ms`);
      },
    },
    {
      name: 'works for POST /v1/messages to one user, and for no other target',
      run: async (c) => {
        await c.connect();
        const path = '/v1/messages?wait=written';
        const { body } = await c.call('POST', path, { body: { to: { user: c.user }, data: 1 } });
        equal('outcome', body['outcome'], 'written');
        for (const to of [{ channel: c.channel }, { everyone: true }, { users: [c.user] }])
          await c.refused(400, 'invalid_path', ['POST', path, { body: { to, data: 1 } }]);
      },
    },
    {
      name: 'a wait or timeoutMs out of bounds is refused, and nothing is sent',
      run: async (c) => {
        for (const query of ['wait=read', 'wait=written&timeoutMs=30001', 'wait=written&timeoutMs=x', 'wiat=written'])
          await c.refused(400, 'invalid_path', ['POST', `${c.userMessages}?${query}`, { body: { data: 1 } }]);
        equal('the head', (await c.get(c.userMessages))['head'], 0);
      },
    },
  ],
};

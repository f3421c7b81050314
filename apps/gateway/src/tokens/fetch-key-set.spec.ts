import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { failureOf } from '@switchboard/testing';
import { fetchKeySet } from './fetch-key-set';

describe('fetchKeySet', () => {
  let server: Server;
  let answer: RequestListener;
  const fetched = (timeoutMs = 5_000): Promise<unknown> => {
    const { port } = server.address() as AddressInfo;
    return fetchKeySet(`http://127.0.0.1:${String(port)}/keys`, timeoutMs);
  };

  beforeAll(async () => {
    server = createServer((request, response) => {
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('gives what the URL answers', async () => {
    answer = (_, response) => response.end('{"keys":[]}');
    expect(await fetched()).toEqual({ keys: [] });
  });

  it.each<[string, RequestListener]>([
    ['answers 500', (_, response) => response.writeHead(500).end('{"keys":[]}')],
    ['answers 204', (_, response) => response.writeHead(204).end()],
    ['answers garbage', (_, response) => response.end('<html>')],
    ['answers nothing', (_, response) => response.end()],
    ['leads elsewhere', (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
    ['hangs up', (request) => request.socket.destroy()],
    ['answers with more than anybody needs', (_, response) => response.end(`{"keys":["${'x'.repeat(300_000)}"]}`)],
  ])('fails if it %s', async (_, behaviour) => {
    answer = behaviour;
    expect((await failureOf(fetched())).message).not.toBe('');
  });

  it.each<[string, RequestListener]>([
    ['answers never', () => undefined],
    ['begins an answer and never ends it', (_, response) => response.write('{"keys":[')],
  ])('fails in time if it %s', async (_, behaviour) => {
    answer = behaviour;
    expect((await failureOf(fetched(200))).afterMs).toBeLessThan(5_000);
  });
});

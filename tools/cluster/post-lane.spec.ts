import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { PostLane } from './post-lane';

describe('PostLane', () => {
  let server: Server;
  let lane: PostLane;

  async function serve(listener: RequestListener): Promise<void> {
    server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    lane = new PostLane({ apiUrl: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, apiKey: 'secret' });
  }

  async function bodyOf(request: IncomingMessage): Promise<string> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    return body;
  }

  afterEach(async () => {
    lane.close();
    server.close();
    await once(server, 'close');
  });

  it('posts what it is given, with its key', async () => {
    const seen: unknown[] = [];
    await serve((request, response) => {
      void bodyOf(request).then((body) => {
        seen.push([request.method, request.url, request.headers.authorization, body]);
        response.writeHead(202, { 'content-length': 2 }).end('{}');
      });
    });
    await expect(lane.post('/v1/users/%C3%A4', '{"data":"ü"}')).resolves.toBe(202);
    expect(seen).toStrictEqual([['POST', '/v1/users/%C3%A4', 'Bearer secret', '{"data":"ü"}']]);
  });

  it('sends the next one after the answer to the one before, on the same connection', async () => {
    let open = 0;
    let mostOpen = 0;
    const connections = new Set<unknown>();
    await serve((request, response) => {
      mostOpen = Math.max(mostOpen, (open += 1));
      connections.add(request.socket);
      void bodyOf(request).then(() => {
        open -= 1;
        response.writeHead(202, { 'content-length': 4 }).write('{ ');
        setImmediate(() => response.end(' }'));
      });
    });
    await expect(Promise.all(['1', '2', '3'].map((body) => lane.post('/', body)))).resolves.toStrictEqual([202, 202, 202]);
    expect({ mostOpen, connections: connections.size }).toStrictEqual({ mostOpen: 1, connections: 1 });
  });

  it('answers 0 when the connection breaks, and opens another one for the next', async () => {
    await serve((request, response) => {
      void bodyOf(request).then((body) => {
        if (body === 'break') request.socket.destroy();
        else response.writeHead(503, { 'content-length': 0 }).end();
      });
    });
    await expect(Promise.all([lane.post('/', 'break'), lane.post('/', 'go on')])).resolves.toStrictEqual([0, 503]);
  });
});

import { AdminServer } from './admin-server';
import { Metrics } from './metrics';

describe('AdminServer', () => {
  const metrics = new Metrics({ includesProcess: false });

  it('serves the metrics on a port of its own, and nothing else', async () => {
    const server = new AdminServer(metrics, { host: '127.0.0.1', port: 0 });
    await server.onApplicationBootstrap();
    const url = `http://127.0.0.1:${String(server.port)}`;
    const answer = await fetch(`${url}/metrics`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe(metrics.contentType);
    expect(await answer.text()).toContain('switchboard_messages_accepted_total 0');
    expect((await fetch(`${url}/v1/users/42`)).status).toBe(404);
    expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(404);
    await server.onApplicationShutdown();
    await expect(fetch(`${url}/metrics`)).rejects.toThrow('fetch failed');
  });

  it('fails to start where the port is taken', async () => {
    const first = new AdminServer(metrics, { host: '127.0.0.1', port: 0 });
    await first.onApplicationBootstrap();
    const second = new AdminServer(metrics, { host: '127.0.0.1', port: first.port });
    await expect(second.onApplicationBootstrap()).rejects.toThrow('EADDRINUSE');
    await second.onApplicationShutdown();
    await first.onApplicationShutdown();
  });
});

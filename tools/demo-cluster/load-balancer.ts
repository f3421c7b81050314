import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP load balancer, as it stands before the gateways in production. */
export interface LoadBalancer {
  readonly port: number;
  close(): Promise<void>;
}

/** Spreads connections over the ports of 127.0.0.1 in turn; one that refuses is passed over. A connection ends on one side when it ends on the other. */
export async function startLoadBalancer(ports: readonly number[]): Promise<LoadBalancer> {
  const clients = new Set<Socket>();
  let next = 0;
  const server = createServer({ noDelay: true }, (client) => {
    clients.add(client);
    client.on('error', () => undefined); // `close` follows
    client.on('close', () => clients.delete(client));
    const first = next;
    next = (next + 1) % ports.length;
    join(client, [...ports.slice(first), ...ports.slice(0, first)]);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.close();
      for (const client of clients) client.destroy();
      await once(server, 'close');
    },
  };
}

function join(client: Socket, [port, ...otherPorts]: readonly number[]): void {
  if (port === undefined || client.destroyed) {
    client.destroy();
    return;
  }
  const upstream = connect({ host: '127.0.0.1', port, noDelay: true });
  let isJoined = false;
  upstream.on('connect', () => {
    isJoined = true;
    client.pipe(upstream).pipe(client);
  });
  upstream.on('error', () => undefined); // `close` follows
  upstream.on('close', () => {
    if (isJoined) client.destroy();
    else join(client, otherPorts);
  });
  client.on('close', () => upstream.destroy());
}

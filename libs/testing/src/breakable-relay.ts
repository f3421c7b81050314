import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Stands between a client and a server of TCP, and can cut every connection while bytes are under way, or swallow them. */
export class BreakableRelay {
  private readonly clients = new Map<Socket, Socket>();
  private isSilent = false;

  private constructor(
    private readonly server: Server,
    /** The url of what is behind the relay, by way of the relay. */
    readonly url: string,
  ) {}

  /** Opens a relay to the host and port of a url. */
  static async to(url: string): Promise<BreakableRelay> {
    const target = new URL(url);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const through = new URL(url);
    through.host = `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const relay = new BreakableRelay(server, through.href);
    server.on('connection', (client) => {
      relay.relay(client, connect(Number(target.port), target.hostname));
    });
    return relay;
  }

  /** Cuts the clients off; what they sent still reaches the server. */
  cut(): void {
    for (const client of this.clients.keys()) client.destroy();
  }

  /** From now on every connection, new ones too, stays open and carries nothing. */
  silence(): void {
    this.isSilent = true;
    for (const [client, target] of this.clients) {
      client.unpipe(target).pause();
      target.unpipe(client).pause();
    }
  }

  /** Relays new connections again; those that were silenced stay as they are. */
  restore(): void {
    this.isSilent = false;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private relay(client: Socket, target: Socket): void {
    this.clients.set(client, target);
    if (!this.isSilent) client.pipe(target).pipe(client);
    client.on('error', () => undefined);
    target.on('error', () => client.destroy());
    target.on('close', () => client.destroy());
    client.on('close', () => {
      this.clients.delete(client);
      if (target.isPaused()) target.destroy();
      else target.end();
    });
  }
}

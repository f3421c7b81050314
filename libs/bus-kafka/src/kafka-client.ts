import { connect, Socket } from 'node:net';
import { type ISocketFactory, Kafka, logLevel } from 'kafkajs';
import { kafkaLog } from './kafka-log';
import { quietenIdleConnections } from './kafkajs-internals';

const SECOND = 1000;

/**
 * Retries within one call of kafkajs: some 2 seconds. It cannot be told to stop, so it must end by itself; who needs to try for longer
 * calls again until its own deadline.
 */
const CALL_RETRY = { initialRetryTime: 100, maxRetryTime: SECOND, retries: 4 };

/** A kafkajs client whose connections can be ended at once: kafkajs itself waits for open requests, half a second for a long poll. */
export class KafkaClient {
  readonly kafka: Kafka;
  private readonly sockets = new Set<Socket>();
  private isDestroyed = false;

  constructor(brokers: readonly string[]) {
    quietenIdleConnections();
    this.kafka = new Kafka({
      clientId: 'switchboard',
      brokers: [...brokers],
      connectionTimeout: SECOND,
      requestTimeout: 10 * SECOND,
      retry: CALL_RETRY,
      socketFactory: (args) => this.open(args),
      logLevel: logLevel.WARN,
      logCreator: (level) => {
        const log = kafkaLog(level);
        return (entry) => {
          if (!this.isDestroyed) log(entry);
        };
      },
    });
  }

  /** Ends all connections; what still waits for an answer fails, and so does every further call. */
  destroy(): void {
    this.isDestroyed = true;
    for (const socket of this.sockets) socket.destroy(closed());
  }

  private open({ host, port, onConnect }: Parameters<ISocketFactory>[0]): Socket {
    if (this.isDestroyed) return new Socket().destroy(closed());
    const socket = connect({ host, port }, onConnect);
    socket.setNoDelay(true); // a request of a few hundred bytes must not wait for more
    socket.setKeepAlive(true, 30 * SECOND);
    this.sockets.add(socket);
    socket.once('close', () => {
      this.sockets.delete(socket);
      // kafkajs calls this at each of its attempts, and on a socket that never connected Node keeps a listener for every call.
      socket.unref = () => socket;
    });
    return socket;
  }
}

// With an error, since kafkajs does not listen for 'close' and would wait for its answers until they time out.
function closed(): Error {
  return new Error('the client is closed');
}

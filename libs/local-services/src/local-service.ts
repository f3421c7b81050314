/** A service that this process started on this machine, and that ends with this process at the latest. */
export interface LocalService {
  /** For messages: `PostgreSQL`, `Kafka`. */
  readonly name: string;
  /** The service's main process. */
  readonly pid: number;
  /** On 127.0.0.1. */
  readonly port: number;
  /** Settles when the main process is gone, whatever ended it, and its folder can be used again. */
  readonly ended: Promise<void>;
  /** Stops it gracefully, by force if that takes too long; does nothing when it has ended already. */
  stop(): Promise<void>;
  /** Sends a signal to the main process, for tests of crashes (`SIGKILL`) and freezes (`SIGSTOP`, `SIGCONT`). */
  kill(signal: NodeJS.Signals): void;
}

/** A local service could not be had; the message is for a person and says what to do about it. */
export class LocalServiceError extends Error {
  override readonly name = 'LocalServiceError';
}

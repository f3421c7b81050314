/** One live connection of a user. */
export interface UserConnection {
  readonly id: string;
  /** The id of the server that holds it. */
  readonly server: string;
  /** Absent where the client named none. */
  readonly device?: string | undefined;
  readonly connectedAt: Date;
}

/** Knows who is connected, and where. */
export abstract class UserConnections {
  /** The user's connections on living servers; empty for a user never seen. */
  abstract connectionsOf(user: string): Promise<readonly UserConnection[]>;
}

/**
 * Close connections of the server: one by its id, all of a user, or all. Who means all names the server, since its slot may be another's by
 * now.
 */
export interface CloseCommand {
  readonly name: 'close';
  readonly whose: { readonly connection: string } | { readonly user: string } | { readonly server: string };
  /** Why: by an administrator (4503), or since newer connections of the user took their place (4506). */
  readonly reason: 'administrator' | 'replaced';
  /** How many are closed in a second, at most; absent: all at once. */
  readonly perSecond?: number | undefined;
}

/** Admit no more, and ask all clients to go elsewhere. */
export interface DrainCommand {
  readonly name: 'drain';
  /** Another server does nothing. */
  readonly server: string;
}

/** The channels that a user is a member of have changed: apply what the database says to the user's connections. */
export interface MembershipCommand {
  readonly name: 'membership';
  readonly user: string;
}

/** What a server can be told to do. A hint like every event: it can be lost. */
export type Command = CloseCommand | DrainCommand | MembershipCommand;

/** The tables whose rows carry the slot and epoch of a server. */
export const OWNED_TABLES = ['connections', 'channel_servers'] as const;

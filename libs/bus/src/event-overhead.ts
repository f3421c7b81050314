/** What an event costs in memory besides its bytes: a Buffer and its place in a list, rounded up. Without it empty events would be free. */
export const EVENT_OVERHEAD_BYTES = 256;

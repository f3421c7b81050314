/**
 * The part of a WebSocket that the SDK uses. The handlers are typed unknown so that both the browser's WebSocket and the one of the `ws`
 * package, whose event types differ, fit without a cast.
 */
export interface WebSocketLike {
  onopen: unknown;
  onmessage: unknown;
  onclose: unknown;
  onerror: unknown;
  send(data: string): void;
  close(code?: number, reason?: string): void;
}

/** Makes WebSockets: `globalThis.WebSocket`, or `WebSocket` of the `ws` package. */
export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocketLike;

/** The platform's own WebSocket; Node has one from version 22. */
export function platformWebSocket(): WebSocketConstructor | undefined {
  return (globalThis as { readonly WebSocket?: WebSocketConstructor }).WebSocket;
}

import { IncomingMessage } from 'node:http';
import { CONNECT_PATH } from '@switchboard/protocol';

const WANTS_UPGRADE = Symbol('wantsUpgrade');

/**
 * A request that asks for an upgrade only where there is something to upgrade to: a WebSocket at the path of the endpoint. Node takes every
 * other request with an `Upgrade` header off HTTP too, as soon as anybody listens for upgrades; but a server ignores an upgrade that it does
 * not want (RFC 9110, section 7.8), and clients such as Java's offer h2c with each of their requests.
 */
export class ConnectRequest extends IncomingMessage {
  private [WANTS_UPGRADE] = false;

  // Node sets it when it has read the head, and looks at it before it takes the request off HTTP.
  get upgrade(): boolean {
    return this[WANTS_UPGRADE] && this.headers.upgrade?.toLowerCase() === 'websocket' && this.url?.split('?', 1)[0] === CONNECT_PATH;
  }

  set upgrade(wantsUpgrade: boolean) {
    this[WANTS_UPGRADE] = wantsUpgrade;
  }
}

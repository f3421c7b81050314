import { SwitchboardClient } from '/demo/switchboard-client.js';
import { CHANNEL, fetchToken, part, showTargets, targetOf } from '/demo/page-parts.js';

const MOST_ARRIVALS = 100;
const ENDPOINT = new URL('/v1/connect', location.href.replace(/^http/, 'ws')).href;
/** A path where nobody answers: while a connection is cut, this is where its attempts to come back go. */
const NOWHERE = new URL('/demo/nowhere', ENDPOINT).href;

const STATES = { idle: 'not connected', ready: 'connected', connecting: 'connecting …', waiting: 'away, coming back …', paused: 'behind' };

/** The end of a server's id: enough to tell servers apart. */
const short = (serverId) => (serverId?.length > 16 ? `…${serverId.slice(-12)}` : (serverId ?? '?'));

/** One user: what they see, and a client whose connection can be cut. */
export class Pane {
  user;
  #storageKey;
  #namesChanged;
  #client;
  #isCut = false;
  #socket;
  #awaySince = Infinity;
  #backSince = Infinity;
  #element = document.querySelector('#pane').content.cloneNode(true).firstElementChild;

  constructor(storageKey, user, namesChanged) {
    this.#storageKey = storageKey;
    this.#namesChanged = namesChanged;
    this.#find('.cut').addEventListener('click', () => this.#toggle());
    this.#find('.who').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#be(this.#find('.name').value);
      this.#namesChanged();
    });
    this.#find('.say').addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#say(event.target.elements);
    });
    document.querySelector('#panes').append(this.#element);
    this.#showButton();
    this.#be(user);
  }

  /** Whom this user can send to. */
  knows(users) {
    showTargets(this.#find('.say').elements.to, users);
  }

  #be(user) {
    if (user === this.user) return;
    this.#client?.close();
    this.user = user;
    this.#element.dataset.user = user;
    this.#find('.name').value = user;
    this.#find('.arrivals').replaceChildren();
    this.#find('.empty').hidden = false;
    this.#find('.say .answer').textContent = '';
    this.#connect();
  }

  #connect() {
    const pane = this;
    class CuttableWebSocket extends WebSocket {
      constructor(url, protocols) {
        super(pane.#isCut ? NOWHERE : url, protocols);
        pane.#socket = this;
      }
    }
    const { user } = this;
    const client = new SwitchboardClient({
      url: ENDPOINT,
      token: () => fetchToken(user),
      channels: [CHANNEL],
      storageKey: this.#storageKey,
      WebSocket: CuttableWebSocket,
      backoff: { baseMs: 300, capMs: 1_500 },
    });
    this.#client = client;
    client.on('state', (change) => this.#client === client && this.#showState(change));
    client.on('message', (message) => this.#client === client && this.#showArrival(message));
    client.on('gap', ({ stream, after, through, reason }) => this.#addLine(`${after + 1}–${through}`, 'will never come', [stream, reason]));
    client.connect().catch((error) => this.#client === client && this.#showState({ state: 'closed', reason: error.message }));
  }

  /** From this user's socket to the other's: no HTTP in between. */
  async #say({ to, text }) {
    const answer = this.#find('.say .answer');
    answer.textContent = this.#client.state === 'ready' ? '' : 'Waits for the connection …';
    const began = performance.now();
    try {
      const data = { text: text.value, server: this.#client.serverId };
      const { stream, seq } = await this.#client.send(targetOf(to.value), data, { event: 'chat' });
      answer.textContent = `Accepted: number ${seq} of ${stream}, in ${Math.round(performance.now() - began)} ms`;
    } catch (error) {
      answer.textContent = `Refused: ${error.code}: ${error.message}`;
    }
  }

  #toggle() {
    this.#isCut = !this.#isCut;
    if (this.#isCut) {
      this.#awaySince = Date.now();
      this.#backSince = Infinity;
      this.#socket?.close();
    }
    this.#showButton();
  }

  #showButton() {
    this.#find('.cut').textContent = this.#isCut ? 'Restore the network' : 'Cut the connection';
  }

  #showState({ state, reason, serverId }) {
    const element = this.#find('.state');
    if (state === 'ready') this.#backSince = Date.now();
    element.dataset.state = state;
    element.textContent = STATES[state] ?? `closed: ${reason}`;
    const server = this.#find('.server');
    server.textContent = state === 'ready' ? `to server ${short(serverId)}` : '';
    server.title = serverId ?? '';
  }

  #showArrival({ stream, seq, time, from, data }) {
    const sentAt = Date.parse(time);
    const wasAway = sentAt >= this.#awaySince && sentAt < this.#backSince;
    const source = from ? `${from.user}, server ${short(data?.server)}` : 'a service, over HTTP';
    const way = [source, `log ${stream}`, `${this.user}, server ${short(this.#client.serverId)}`];
    const mark = wasAway ? 'sent while away' : `after ${Math.max(0, Date.now() - sentAt)} ms`;
    this.#addLine(seq, data?.text ?? JSON.stringify(data), way, mark);
  }

  #addLine(seq, text, way, mark = '') {
    const line = document.createElement('li');
    line.append(part('span', 'seq', seq), part('span', 'text', text), part('span', 'mark', mark), part('span', 'way', way.join(' → ')));
    const list = this.#find('.arrivals');
    list.prepend(line);
    this.#find('.empty').hidden = true;
    while (list.children.length > MOST_ARRIVALS) list.lastElementChild.remove();
  }

  #find(selector) {
    return this.#element.querySelector(selector);
  }
}

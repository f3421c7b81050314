import { SwitchboardClient } from '/demo/switchboard-client.js';

const USERS = ['alice', 'bob'];
const CHANNEL = 'news';
const MOST_ARRIVALS = 100;
const ENDPOINT = new URL('/v1/connect', location.href.replace(/^http/, 'ws')).href;
/** A path where nobody answers: while a connection is cut, this is where its attempts to come back go. */
const NOWHERE = new URL('/demo/nowhere', ENDPOINT).href;

const json = async (path, options) => {
  const response = await fetch(path, options);
  const body = await response.json();
  if (!response.ok) throw new Error(`${body.code}: ${body.detail ?? body.title}`);
  return body;
};

const fetchToken = async (user) => {
  const options = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ user }) };
  return (await json('/demo/token', options)).token;
};

/** One user: a panel, and a client whose connection can be cut. */
class Panel {
  #isCut = false;
  #socket;
  #awaySince = Infinity;
  #backSince = Infinity;
  #element = document.querySelector('#panel').content.cloneNode(true).firstElementChild;

  constructor(user) {
    this.user = user;
    this.#element.dataset.user = user;
    this.#find('h2').textContent = user[0].toUpperCase() + user.slice(1);
    this.#find('.cut').addEventListener('click', () => this.#toggle());
    document.querySelector('#panels').append(this.#element);
    this.#showButton();
    this.#connect();
  }

  #connect() {
    const panel = this;
    class CuttableWebSocket extends WebSocket {
      constructor(url, protocols) {
        super(panel.#isCut ? NOWHERE : url, protocols);
        panel.#socket = this;
      }
    }
    const client = new SwitchboardClient({
      url: ENDPOINT,
      token: () => fetchToken(this.user),
      channels: [CHANNEL],
      WebSocket: CuttableWebSocket,
      backoff: { baseMs: 300, capMs: 1_500 },
    });
    client.on('state', (change) => this.#showState(change));
    client.on('message', (message) => this.#showArrival(message));
    client.on('gap', ({ stream, after, through, reason }) =>
      this.#addLine(`${after + 1}–${through}`, `${stream}: will never come`, reason),
    );
    client.connect().catch((error) => this.#showState({ state: 'closed', reason: error.message }));
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

  #showState({ state, reason }) {
    const element = this.#find('.state');
    if (state === 'ready') this.#backSince = Date.now();
    element.dataset.state = state;
    element.textContent = { ready: 'connected', connecting: 'connecting …', waiting: 'away, coming back …' }[state] ?? `closed: ${reason}`;
  }

  #showArrival({ stream, seq, time, data }) {
    const sentAt = Date.parse(time);
    const wasAway = sentAt >= this.#awaySince && sentAt < this.#backSince;
    this.#addLine(seq, data?.text ?? JSON.stringify(data), wasAway ? `${stream} · sent while away` : stream);
  }

  #addLine(seq, text, mark) {
    const line = document.createElement('li');
    for (const [name, content] of Object.entries({ seq, text, mark })) {
      const part = document.createElement('span');
      part.className = name;
      part.textContent = String(content);
      line.append(part);
    }
    const list = this.#find('.arrivals');
    list.prepend(line);
    this.#find('.empty').hidden = true;
    while (list.children.length > MOST_ARRIVALS) list.lastElementChild.remove();
  }

  #find(selector) {
    return this.#element.querySelector(selector);
  }
}

for (const user of USERS) new Panel(user);

const { apiKey } = await json('/demo/key');
const answer = document.querySelector('#answer');

document.querySelector('#send').addEventListener('submit', async (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  const [kind, name] = form.get('to').split(':');
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ to: { [kind]: name }, event: 'demo', data: { text: form.get('text') } });
  try {
    const { stream, seq } = await json('/v1/messages', { method: 'POST', headers, body });
    answer.textContent = `Accepted: seq ${seq} of ${stream}`;
  } catch (error) {
    answer.textContent = `Refused: ${error.message}`;
  }
});

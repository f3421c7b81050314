import { equal, fields, Mismatch, shown, text, type Fields } from './checks';
import { signToken } from './sign-token';
import { WireClient, type Frame, type WireOptions } from './wire-client';

const REQUEST_TIMEOUT_MS = 40_000;

/** The server that is checked. */
export interface ConformanceTarget {
  /** Such as `http://127.0.0.1:8080`. */
  readonly apiUrl: string;
  /** Such as `ws://127.0.0.1:8081/v1/connect`; connections take turns. */
  readonly wsUrls: readonly string[];
  /** Has every scope. */
  readonly apiKey: string;
  /** Has the scope `read` and no other. */
  readonly readerKey: string;
  /** What tokens are signed with (HS256). */
  readonly jwtSecret: string;
}

/** A request to the API. */
export interface CallOptions {
  /** A text or bytes as they are; anything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: the one with every scope; null: none. */
  readonly key?: string | null;
}

/** The answer of the API. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Empty where the answer is no JSON object. */
  readonly body: Fields;
}

/** How a user connects. */
export interface ConnectOptions extends WireOptions {
  readonly user?: string;
  readonly claims?: Fields;
  readonly hello?: Fields;
}

/** What a case works with: names of its own, requests, and connections that end with it. */
export class CaseContext {
  readonly user: string;
  readonly channel: string;
  private readonly clients: WireClient[] = [];

  /** @param id unique over all runs against a server */
  constructor(
    readonly target: ConformanceTarget,
    readonly id: string,
  ) {
    this.user = `conformance-${id}`;
    this.channel = `conformance.${id}`;
  }

  get userStream(): string {
    return `user:${this.user}`;
  }

  get channelStream(): string {
    return `channel:${this.channel}`;
  }

  /** The path that messages to the case's user are posted to. */
  get userMessages(): string {
    return `/v1/users/${this.user}/messages`;
  }

  get channelMessages(): string {
    return `/v1/channels/${this.channel}/messages`;
  }

  /** A token for the case's user, who may follow the case's channel. */
  token(claims: Fields = {}): string {
    return signToken(this.target.jwtSecret, { sub: this.user, channels: [`${this.channel}*`], ...claims });
  }

  /** A socket that is open; nothing was said yet. */
  async open(options?: WireOptions): Promise<WireClient> {
    return this.dial(options).open();
  }

  /** A socket that is being opened. */
  dial(options?: WireOptions, url = this.nextUrl()): WireClient {
    const client = new WireClient(url, options);
    this.clients.push(client);
    return client;
  }

  /** A connection that is ready. */
  async connect(options: ConnectOptions = {}): Promise<{ readonly client: WireClient; readonly ready: Frame }> {
    const client = await this.open(options);
    client.send({ type: 'hello', token: this.token({ sub: options.user ?? this.user, ...options.claims }), ...options.hello });
    return { client, ready: await client.frame({ type: 'ready' }) };
  }

  async call(method: string, path: string, { body, headers = {}, key = this.target.apiKey }: CallOptions = {}): Promise<Answer> {
    const isRaw = typeof body === 'string' || Buffer.isBuffer(body);
    const response = await fetch(`${this.target.apiUrl}${path}`, {
      method,
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isRaw ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    const answered = await response.text();
    return { status: response.status, headers: response.headers, text: answered, body: objectOf(answered) };
  }

  /** Sends a message that must be accepted with 202; resolves with the result. */
  async post(path: string, body: Fields): Promise<Fields> {
    const answer = await this.call('POST', path, { body });
    if (answer.status !== 202) throw new Mismatch(`POST ${path}: expected 202, saw ${String(answer.status)} ${answer.text}`);
    return answer.body;
  }

  /** Sends `data` to the case's user; resolves with the result. */
  toUser(data: unknown, options: Fields = {}): Promise<Fields> {
    return this.post(this.userMessages, { data, ...options });
  }

  /** Sends `data` to the case's channel; resolves with the result. */
  toChannel(data: unknown, options: Fields = {}): Promise<Fields> {
    return this.post(this.channelMessages, { data, ...options });
  }

  /** A read that must succeed; resolves with the answer's body. */
  async get(path: string): Promise<Fields> {
    const answer = await this.call('GET', path);
    equal(`the status of GET ${path}`, answer.status, 200);
    return answer.body;
  }

  /** A request that must be refused with a problem document (RFC 9457); resolves with the answer. */
  async refused(status: number, code: string, request: readonly [method: string, path: string, options?: CallOptions]): Promise<Answer> {
    const answer = await this.call(...request);
    const where = `${request[0]} ${request[1].slice(0, 80)}`;
    if (answer.status !== status || answer.body['code'] !== code)
      throw new Mismatch(
        `${where}: expected ${String(status)} ${code}, saw ${String(answer.status)} ${shown(answer.body['code'] ?? answer.text)}`,
      );
    equal(`the content type of ${where}`, answer.headers.get('content-type')?.split(';')[0], 'application/problem+json');
    equal(`the status in the problem of ${where}`, answer.body['status'], status);
    for (const name of ['type', 'title', 'detail']) text(`${name} of the problem of ${where}`, answer.body[name]);
    equal(`the type of retryable in the problem of ${where}`, typeof answer.body['retryable'], 'boolean');
    return answer;
  }

  /** Where a stream of `ready` begins. */
  after(ready: Frame, stream: string): unknown {
    const streams = fields('streams of ready', ready['streams']);
    return fields(`${stream} in streams of ready`, streams[stream])['after'];
  }

  /** Cuts every connection of the case. */
  end(): void {
    for (const client of this.clients) client.end();
  }

  private nextUrl(): string {
    const url = this.target.wsUrls[this.clients.length % this.target.wsUrls.length];
    if (url === undefined) throw new Error('There is no URL to connect to.');
    return url;
  }
}

function objectOf(answered: string): Fields {
  try {
    const value: unknown = JSON.parse(answered);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
  } catch {
    return {}; // Pages and batches are no JSON; whoever expects an object misses its fields.
  }
}

import { answerFaults } from './answer-faults';

/** One request; the key `all` and the content type of JSON are sent unless told otherwise. Null leaves a header out. */
export interface Call {
  readonly method?: string;
  readonly path?: string;
  readonly body?: string | Buffer;
  readonly headers?: Readonly<Record<string, string | null>>;
}

/** An answer, read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Makes one request over a real connection, the path as it is written. @throws Error if the answer is not as the OpenAPI document has it */
export async function call(
  { port }: { readonly port: number },
  { method = 'POST', path = '/v1/users/42/messages', body, headers = {} }: Call,
): Promise<Answer> {
  const all: Record<string, string | null> = {
    authorization: 'Bearer all',
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...headers,
  };
  const sent = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== null);
  const response = await fetch(`http://127.0.0.1:${String(port)}${path}`, {
    method,
    headers: sent,
    ...(body === undefined ? {} : { body: new Uint8Array(Buffer.from(body)) }),
  });
  const answer = { status: response.status, headers: response.headers, text: await response.text() };
  const faults = answerFaults(method, path, answer);
  if (faults.length > 0) throw new Error(`an answer is not as the OpenAPI document has it:\n${faults.join('\n')}\n${answer.text}`);
  return answer;
}

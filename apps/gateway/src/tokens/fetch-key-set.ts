/** Key sets have a few keys, of some hundred bytes each. */
const MOST_BYTES = 256 * 1_024;

/**
 * Gets a JSON Web Key Set, or whatever JSON there is.
 * @param timeoutMs for the whole answer
 * @throws Error if the URL does not answer with 200 and JSON of at most 256 KiB in time; redirects are not followed
 */
export async function fetchKeySet(url: string, timeoutMs: number): Promise<unknown> {
  const response = await fetch(url, {
    headers: { accept: 'application/jwk-set+json, application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`the URL of the keys answers with status ${String(response.status)}`);
  }
  return JSON.parse((await readBody(response)).toString('utf8')) as unknown;
}

async function readBody(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new Error(`the answer is over ${String(MOST_BYTES)} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

import { CLOSE, ERRORS, mayReconnect } from '@switchboard/protocol';

interface ErrorEntry {
  readonly status?: number;
  readonly retryable: boolean;
  readonly close?: { readonly code: number };
  readonly title: string;
}

const INTRODUCTION = `# Errors and close codes

<!-- Made by \`npm run docs:write\` from libs/protocol/src/error-codes.ts and close-codes.ts. Do not edit. -->

Every refusal has a stable code. Over HTTP it is in a problem document ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)):

\`\`\`json
{"type":"urn:switchboard:error:invalid_field","title":"A field is missing, of the wrong type or out of bounds.","status":400,"detail":"data: is required","code":"invalid_field","retryable":false,"requestId":"…"}
\`\`\`

On a WebSocket it is in an \`error\` frame, with the \`id\` of the frame that it answers; without one it is about the connection:

\`\`\`json
{"type":"error","id":3,"code":"publish_forbidden","message":"The token does not allow sending to this target.","retryable":false}
\`\`\`

In lists of results (several users, batches) it is \`{"code","detail","retryable"}\`.

**again?** says whether the same request may succeed later without a change. Wait for as long as \`Retry-After\` (HTTP) or \`retryAfterMs\` (frame)
says, where it is there; else with backoff.

## Codes

| code | HTTP | closes with | again? | means |
|---|---|---|---|---|
`;

const CLOSES = `
A code without an HTTP status comes in frames only. **closes with** is the close code of a connection that ends with the error; most errors end
no connection.

## Close codes

After 4000 to 4499 come back, with backoff and jitter. After 4500 to 4999 stay away, until the application says so or has a new token. After 1008 stay
away; after any other code, 1006 included, come back.

| code | means | come back? |
|---|---|---|
`;

/** docs/errors.md: every error code and every close code, from the tables of the protocol. */
export function renderErrors(): string {
  const entries: readonly [string, ErrorEntry][] = Object.entries(ERRORS);
  const codes = entries.map(
    ([code, { status, retryable, close, title }]) =>
      `| \`${code}\` | ${status === undefined ? '' : String(status)} | ${close === undefined ? '' : String(close.code)} | ${retryable ? 'yes' : 'no'} | ${title} |`,
  );
  const closes = Object.values(CLOSE).map(({ code, reason }) => `| ${String(code)} | ${reason} | ${comeBack(code)} |`);
  return `${INTRODUCTION}${codes.join('\n')}\n${CLOSES}${closes.join('\n')}\n`;
}

function comeBack(code: number): string {
  if (code === CLOSE.tokenExpired.code) return 'with a new token';
  return mayReconnect(code) ? 'yes' : 'no';
}

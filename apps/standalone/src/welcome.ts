/** What the start tells. */
export interface WelcomeFacts {
  readonly address: string;
  readonly dataFolder: string;
  /** Undefined: the environment has keys of its own. */
  readonly apiKey: string | undefined;
}

/** What to try next, in lines for a person. */
export function welcome({ address, dataFolder, apiKey }: WelcomeFacts): string {
  if (apiKey === undefined) return `Switchboard listens on ${address} (data in ${dataFolder}).`;
  return [
    '',
    `Switchboard listens on ${address}`,
    '',
    `  Demo page       ${address}/`,
    `  WebSocket       ${address.replace(/^http/, 'ws')}/v1/connect`,
    `  Data            ${dataFolder}`,
    '',
    'Open the demo page, then send a message to alice:',
    '',
    `  curl -X POST ${address}/v1/users/alice/messages \\`,
    `    -H 'authorization: Bearer ${apiKey}' \\`,
    "    -H 'content-type: application/json' \\",
    `    -d '{"event":"greeting","data":{"text":"Hello, Alice"}}'`,
    '',
    'The key is for development only. Ctrl-C stops everything; the data stays.',
    '',
  ].join('\n');
}

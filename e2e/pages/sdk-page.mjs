// A page with a client: what sdk.browser-spec.ts works with. `settings` and `fetchToken` are the test's.
import { SwitchboardClient } from '@switchboard/client';

const { url, user, options } = await window.settings();
const tokens = [];
const client = new SwitchboardClient({
  url,
  token: async () => {
    tokens.push(await window.fetchToken(user));
    return tokens.at(-1);
  },
  ...options,
});
const messages = [];
const errors = [];
client.on('message', ({ stream, seq, from, data, dataText }) => void messages.push({ stream, seq, from, data, dataText }));
client.on('error', ({ code }) => errors.push(code));
Object.assign(window, { client, tokens, messages, errors });
void client.connect();

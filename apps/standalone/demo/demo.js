import { Pane } from '/demo/pane.js';
import { json, showTargets, targetOf } from '/demo/page-parts.js';

/** Who is in the panes: the address says, so that another tab can hold others. */
const DEFAULT_USERS = ['alice', 'bob'];

const address = new URL(location.href);
const users = DEFAULT_USERS.map((user, index) => address.searchParams.get(`user${index + 1}`) ?? user);
const panes = users.map((user, index) => new Pane(`demo-${index + 1}`, user, () => namesChanged()));
const service = document.querySelector('#send');
const curl = document.querySelector('#curl');
const answer = document.querySelector('#answer');
const { apiKey } = await json('/demo/key');

function namesChanged() {
  const names = panes.map((pane) => pane.user);
  for (const [index, pane] of panes.entries()) pane.knows(names.filter((_, other) => other !== index));
  showTargets(service.elements.to, names);
  showCommand();
  panes.forEach((pane, index) => address.searchParams.set(`user${index + 1}`, pane.user));
  history.replaceState(null, '', address);
  const another = new URL(address);
  another.searchParams.set('user1', 'carol');
  another.searchParams.set('user2', names[0]);
  document.querySelector('#another').href = another;
}

function messageOfForm() {
  const { to, text } = service.elements;
  return JSON.stringify({ to: targetOf(to.value), event: 'demo', data: { text: text.value } });
}

function showCommand() {
  curl.textContent = [
    `curl -X POST ${location.origin}/v1/messages \\`,
    `  -H 'authorization: Bearer ${apiKey}' \\`,
    `  -H 'content-type: application/json' \\`,
    `  -d '${messageOfForm().replaceAll("'", String.raw`'\''`)}'`,
  ].join('\n');
}

service.addEventListener('input', showCommand);
service.addEventListener('submit', async (event) => {
  event.preventDefault();
  answer.textContent = '';
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
  try {
    const { stream, seq } = await json('/v1/messages', { method: 'POST', headers, body: messageOfForm() });
    answer.textContent = `Accepted: number ${seq} of ${stream}`;
  } catch (error) {
    answer.textContent = `Refused: ${error.message}`;
  }
});

namesChanged();

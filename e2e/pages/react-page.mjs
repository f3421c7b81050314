// An application in React, as small as it can be: what react.browser-spec.ts looks at.
import { createElement as h, StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { SwitchboardClient } from '@switchboard/client';
import {
  SwitchboardProvider,
  useConnectionState,
  useMessage,
  useMessages,
  useSubscription,
  useSwitchboard,
} from '@switchboard/client/react';

const client = new SwitchboardClient({
  url: new URL('/v1/connect', location.href.replace(/^http/, 'ws')).href,
  token: async () => {
    const headers = { 'content-type': 'application/json' };
    return (await (await fetch('/demo/token', { method: 'POST', headers, body: '{"user":"rita"}' })).json()).token;
  },
});

function State() {
  const client = useSwitchboard();
  return h('output', { id: 'state', 'data-connection': useConnectionState() === 'ready' ? client.connectionId : '' }, useConnectionState());
}

function Inbox() {
  const messages = useMessages({ stream: 'user:rita', limit: 3 });
  return h('ul', { id: 'inbox' }, ...messages.map(({ id, seq, data }) => h('li', { key: id }, `${seq} ${data}`)));
}

function Count() {
  const [count, setCount] = useState(0);
  useMessage(() => setCount(count + 1), { stream: 'user:rita', event: 'counted' });
  return h('output', { id: 'count' }, count);
}

function News({ id }) {
  useSubscription('news');
  return h('ul', { id }, ...useMessages({ stream: 'channel:news' }).map((message) => h('li', { key: message.id }, String(message.data))));
}

/** Mounts and unmounts what it shows. */
function Toggle({ name, children }) {
  const [isShown, show] = useState(true);
  return h('section', null, h('button', { id: `toggle-${name}`, onClick: () => show(!isShown) }, name), isShown && children);
}

const parts = [
  h(State, { key: 's' }),
  h(Inbox, { key: 'i' }),
  h(Count, { key: 'c' }),
  ...['first', 'second'].map((name) => h(Toggle, { key: name, name }, h(News, { id: name }))),
];
createRoot(document.querySelector('#root')).render(
  h(StrictMode, null, h(Toggle, { name: 'app' }, h(SwitchboardProvider, { client }, parts))),
);
window.client = client;

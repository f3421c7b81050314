/** The channel that everybody on this page follows. */
export const CHANNEL = 'news';

/** What the server answers, or an error with its code. */
export async function json(path, options) {
  const response = await fetch(path, options);
  const body = await response.json();
  if (!response.ok) throw new Error(`${body.code}: ${body.detail ?? body.title}`);
  return body;
}

/** A token for `user`. */
export async function fetchToken(user) {
  const options = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ user }) };
  return (await json('/demo/token', options)).token;
}

/** Fills a select with users and the channel, and keeps what is chosen, if it is still there. */
export function showTargets(select, users) {
  const chosen = select.value;
  const options = [...users.map((user) => [`user:${user}`, user]), [`channel:${CHANNEL}`, `everyone in “${CHANNEL}”`]];
  select.replaceChildren(...options.map(([value, label]) => new Option(label, value)));
  if (options.some(([value]) => value === chosen)) select.value = chosen;
}

/** The target that an option of showTargets stands for. */
export function targetOf(value) {
  const colon = value.indexOf(':');
  return { [value.slice(0, colon)]: value.slice(colon + 1) };
}

/** An element with a class and a text. */
export function part(tag, className, text, title) {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = String(text);
  if (title) element.title = title;
  return element;
}

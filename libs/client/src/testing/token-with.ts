/** A token with these claims and no signature: enough for whoever only reads it. */
export function tokenWith(claims: object): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${encode({ alg: 'none' })}.${encode(claims)}.`;
}

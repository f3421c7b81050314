const LONGEST = 64;

/** A caller's text for an error message: as JSON, and cut so that an answer cannot be made large. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
}

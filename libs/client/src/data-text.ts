const STRING_OR_BRACKET = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]]/g;
const NEXT_IS_COLON = /[ \t\r\n]*:/y;

/**
 * The text of the member `data` of a message frame, as it came: numbers keep all their digits, objects their order. It takes the first
 * `data` of the outermost object, and relies on the contract for its end: the server writes `data` last. Undefined if there is none.
 */
export function dataTextOf(frame: string): string | undefined {
  let depth = 0;
  for (const { 0: token, index } of frame.matchAll(STRING_OR_BRACKET)) {
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    else if (depth === 1 && token === '"data"') {
      NEXT_IS_COLON.lastIndex = index + token.length;
      if (NEXT_IS_COLON.test(frame)) return frame.slice(NEXT_IS_COLON.lastIndex, frame.lastIndexOf('}')).trim();
    }
  }
  return undefined;
}

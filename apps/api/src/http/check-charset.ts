import { SwitchboardError } from '@switchboard/protocol';

const CHARSET = /;\s*charset\s*=\s*"?([^";\s]*)/i;

/**
 * Checks that a body declared as `application/json` is in UTF-8 as far as its content type says; other parameters mean nothing and are
 * allowed. The bytes are left as they are, since what is to be delivered must not be parsed and printed again.
 * @throws SwitchboardError `unsupported_media_type`
 */
export function checkCharset(contentType: string | undefined): void {
  const charset = CHARSET.exec(contentType ?? '')?.[1]?.toLowerCase();
  if (charset === undefined || charset === 'utf-8' || charset === 'utf8') return;
  throw new SwitchboardError('unsupported_media_type', 'The charset of the body is not utf-8.');
}

import { type IncomingHttpHeaders } from 'node:http';
import { SwitchboardError } from '@switchboard/protocol';

const CHARSET = /;\s*charset\s*=\s*"?([^";\s]*)/i;

/**
 * Checks that a body is in UTF-8 and not compressed, as far as its headers say; other parameters of the content type mean nothing and are
 * allowed. The bytes are left as they are, since what is to be delivered must not be parsed and printed again.
 * @throws SwitchboardError `unsupported_media_type`
 */
export function checkEncoding(headers: IncomingHttpHeaders): void {
  const charset = CHARSET.exec(headers['content-type'] ?? '')?.[1]?.toLowerCase();
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8') {
    throw new SwitchboardError('unsupported_media_type', 'The charset of the body is not utf-8.');
  }
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding !== 'identity') throw new SwitchboardError('unsupported_media_type', 'Compressed bodies are not taken.');
}

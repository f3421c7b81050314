import { z } from 'zod';
import { ERRORS, type ErrorCodeName } from '@switchboard/protocol';
import { type NamedSchema } from './operation';

const codes = Object.keys(ERRORS).filter((code) => 'status' in ERRORS[code as ErrorCodeName]);

/** What a refusal is answered with. */
export const problemSchema: NamedSchema = {
  name: 'Problem',
  schema: z
    .object({
      type: z.string().describe('`urn:switchboard:error:` and the code.'),
      title: z.string().describe('What the code means.'),
      status: z.int().min(400).max(599),
      detail: z.string().describe('What is wrong with this request, for people.'),
      code: z.enum(codes).describe('Stable: for programs.'),
      retryable: z.boolean().describe('Whether the same request may succeed later.'),
      requestId: z.string().optional(),
    })
    .describe('A problem document of RFC 9457.'),
};

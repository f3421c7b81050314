import { z } from 'zod';
import { type JsonSchema } from './operation';

/** The JSON Schema of what a zod schema reads. Objects that are not strict may have further fields: answers may gain some. */
export function schemaOf(schema: z.ZodType): JsonSchema {
  const json = z.toJSONSchema(schema, { io: 'input' });
  // The dialect is OpenAPI's own, for all schemas.
  return Object.fromEntries(Object.entries(json).filter(([name]) => name !== '$schema'));
}

import { type z } from 'zod';
import { type ApiScope } from '@switchboard/config';
import { type ErrorCodeName } from '@switchboard/protocol';

/** A JSON Schema of draft 2020-12, as it stands in the document. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A schema that the document knows by a name. */
export interface NamedSchema {
  readonly name: string;
  readonly schema: z.ZodType;
}

/** A parameter of an operation. */
export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly description: string;
  readonly schema: JsonSchema;
}

/** A body: JSON of a named schema, or text of another type. */
export type Content = NamedSchema | { readonly type: string; readonly description: string };

/** An answer that is no refusal. */
export interface Answer {
  readonly description: string;
  /** Absent: the answer has no body. */
  readonly content?: Content;
  /** Headers besides those that every answer has. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the document tells of one method of one path. */
export interface Operation {
  readonly method: 'get' | 'put' | 'post' | 'delete';
  /** As OpenAPI writes it, e.g. `/v1/users/{user}`. */
  readonly path: string;
  readonly id: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** The scope that the API key needs; absent: no key is needed. */
  readonly scope?: ApiScope;
  readonly parameters?: readonly Parameter[];
  readonly body?: Content;
  readonly answers: Readonly<Record<number, Answer>>;
  /** Codes of refusals besides those that follow from the method, the body and the scope. */
  readonly refusals?: readonly ErrorCodeName[];
}

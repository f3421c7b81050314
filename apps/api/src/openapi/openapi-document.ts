import { HEADERS, HEADERS_OF_KEYED } from './headers';
import { type Answer, type Content, type JsonSchema, type NamedSchema, type Operation, type Parameter } from './operation';
import { OPERATIONS } from './operations';
import { REQUEST_ID } from './parameters';
import { problemSchema } from './problem-schema';
import { refusalAnswer, refusalsOf } from './refusals';
import { schemaOf } from './schema-of';

const INFO = {
  title: 'Switchboard: HTTP for services',
  version: '1',
  description:
    'Sends messages to users, whichever server holds their WebSockets. Bodies are JSON in UTF-8; unknown fields of bodies and unknown query parameters are refused. Answers may gain fields. Every refusal is a problem document (RFC 9457) with a stable code.',
};
const BEARER = { type: 'http', scheme: 'bearer', description: 'The secret of an API key. Keys have scopes: send, read, admin.' };

/** An operation as it stands in the document. */
export interface DocumentedOperation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters: readonly (Parameter & { readonly required: boolean })[];
  readonly requestBody?: { readonly required: true; readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> };
  readonly responses: Readonly<Record<string, DocumentedAnswer>>;
}

/** An answer as it stands in the document. */
export interface DocumentedAnswer {
  readonly description: string;
  readonly headers: Readonly<Record<string, JsonSchema>>;
  readonly content?: Readonly<Record<string, { readonly schema: JsonSchema }>>;
}

/** What of OpenAPI 3.1 our document has. */
export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly security: readonly [];
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly headers: typeof HEADERS;
    readonly securitySchemes: { readonly apiKey: typeof BEARER };
  };
}

/** The OpenAPI 3.1 document of all operations. */
export function openApiDocument(): OpenApiDocument {
  const paths: Record<string, Record<string, DocumentedOperation>> = {};
  for (const operation of OPERATIONS) (paths[operation.path] ??= {})[operation.method] = documented(operation);
  const schemas = Object.fromEntries(OPERATIONS.flatMap(namedSchemasOf).map(({ name, schema }) => [name, schemaOf(schema)]));
  return {
    openapi: '3.1.1',
    info: INFO,
    security: [],
    paths,
    components: { schemas: { ...schemas, Problem: schemaOf(problemSchema.schema) }, headers: HEADERS, securitySchemes: { apiKey: BEARER } },
  };
}

function documented(operation: Operation): DocumentedOperation {
  const { id, tag, summary, description, scope, parameters = [], body, answers } = operation;
  const headers = scope === undefined ? ['X-Request-Id'] : HEADERS_OF_KEYED;
  const refused = [...refusalsOf(operation)].map(([status, codes]) => {
    const { headers: further, ...answer } = refusalAnswer(status, codes);
    return [status, { ...answer, headers: headerRefs([...headers, ...further]) }] as const;
  });
  const given = Object.entries(answers).map(([status, answer]) => [status, documentedAnswer(answer, headers)] as const);
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    security: scope === undefined ? [] : [{ apiKey: [scope] }],
    parameters: [...parameters, REQUEST_ID].map((parameter) => ({ ...parameter, required: parameter.in === 'path' })),
    ...(body === undefined ? {} : { requestBody: { required: true, content: contentOf(body) } }),
    responses: Object.fromEntries([...refused, ...given]) as Readonly<Record<string, DocumentedAnswer>>,
  };
}

function documentedAnswer({ description, content, headers = {} }: Answer, names: readonly string[]): DocumentedAnswer {
  const own = Object.entries(headers).map(([name, text]) => [name, { description: text, schema: { type: 'string' } }]);
  return {
    description,
    headers: { ...headerRefs(names), ...(Object.fromEntries(own) as Readonly<Record<string, JsonSchema>>) },
    ...(content === undefined ? {} : { content: contentOf(content) }),
  };
}

function headerRefs(names: readonly string[]): Readonly<Record<string, JsonSchema>> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

function contentOf(content: Content): Readonly<Record<string, { readonly schema: JsonSchema }>> {
  if ('schema' in content) return { 'application/json': { schema: { $ref: `#/components/schemas/${content.name}` } } };
  return { [content.type]: { schema: { type: 'string', description: content.description } } };
}

function namedSchemasOf({ body, answers }: Operation): readonly NamedSchema[] {
  return [body, ...Object.values(answers).map(({ content }) => content)].filter(
    (content): content is NamedSchema => content !== undefined && 'schema' in content,
  );
}

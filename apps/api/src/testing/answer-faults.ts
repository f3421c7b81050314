import Ajv from 'ajv/dist/2020';
import { openApiDocument, type DocumentedAnswer } from '../openapi/openapi-document';

type Json = Readonly<Record<string, unknown>>;

/** What of an answer the document speaks of. */
interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

const document = openApiDocument();
const ROUTES = Object.entries(document.paths)
  .map(([path, methods]) => ({ pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`), path, methods }))
  // What is written out goes before what is a parameter.
  .sort((one, other) => one.path.split('{').length - other.path.split('{').length);

const ajv = new Ajv({
  strict: false,
  allErrors: true,
  formats: { 'date-time': (text: string) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text), uuid: true },
});
ajv.addSchema(closed({ $id: 'document', components: document.components }) as Json);

/** What is wrong with an answer by the OpenAPI document, its status, content type, headers and body; empty: nothing. Of paths that do not exist it says nothing. */
export function answerFaults(method: string, path: string, { status, headers, text }: Told): readonly string[] {
  const [bare = ''] = path.split('?', 1);
  const operation = ROUTES.find(({ pattern, methods }) => pattern.test(bare) && method.toLowerCase() in methods)?.methods[
    method.toLowerCase()
  ];
  if (operation === undefined) return [];
  const name = `${operation.operationId}, ${String(status)}`;
  const answer = operation.responses[String(status)];
  if (answer === undefined) return [`${name}: is not in the document`];
  return [...headerFaults(answer, headers), ...bodyFaults(answer, headers, text)].map((fault) => `${name}: ${fault}`);
}

/** Headers of our own that the document does not name. */
function headerFaults(answer: DocumentedAnswer, headers: Headers): readonly string[] {
  const known = new Set(Object.keys(answer.headers).map((each) => each.toLowerCase()));
  const own = [...headers.keys()].filter((each) => /^(x-|ratelimit|retry-after|www-authenticate|idempotency)/.test(each));
  return own.filter((each) => !known.has(each)).map((each) => `the header ${each} is not in the document`);
}

function bodyFaults({ content }: DocumentedAnswer, headers: Headers, text: string): readonly string[] {
  const [type = ''] = (headers.get('content-type') ?? '').split(';', 1);
  if (content === undefined) return text === '' ? [] : ['has a body'];
  const schema = content[type]?.schema;
  if (schema === undefined) return [`the content type ${type} is not in the document`];
  if (!type.endsWith('json') || type.endsWith('ndjson')) return [];
  const isValid = ajv.validate(closed(withReferences(schema)) as Json, JSON.parse(text));
  return isValid
    ? []
    : (ajv.errors ?? []).map(({ instancePath, message, params }) => `${instancePath} ${message ?? ''} ${JSON.stringify(params)}`);
}

/** The document lets answers gain fields; what they have now must all be in it. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, closed(value)]));
  return inner['type'] === 'object' && 'properties' in inner ? { additionalProperties: false, ...inner } : inner;
}

function withReferences(schema: Json): Json {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"document#/components/')) as Json;
}

import { escapeHtml } from './escape-html';
import { HEADERS_OF_KEYED } from './headers';
import { type DocumentedAnswer, type DocumentedOperation, type OpenApiDocument } from './openapi-document';
import { schemaHtml, typeText } from './schema-html';

type Schemas = OpenApiDocument['components']['schemas'];

interface Entry {
  readonly path: string;
  readonly method: string;
  readonly operation: DocumentedOperation;
}

const FIRST_REFUSAL = 400;

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --quiet: #777; --code: #8882; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
nav ul, .fields { list-style: none; padding-left: 0; } .fields .fields, li .fields { padding-left: 1.2rem; border-left: 1px solid var(--line); }
code { font: 0.9em ui-monospace, monospace; background: var(--code); padding: 0.1em 0.3em; border-radius: 3px; overflow-wrap: anywhere; }
article { border-top: 1px solid var(--line); padding: 0.5rem 0; } h3 code { background: none; padding: 0; font-size: 1em; }
.method { display: inline-block; min-width: 4.8rem; font-weight: 600; text-transform: uppercase; } p { margin: 0.3rem 0; }
.type, i, .scope { color: var(--quiet); font-size: 0.9em; overflow-wrap: anywhere; } dt { font-weight: 600; margin-top: 0.4rem; } dd { margin-left: 1.2rem; }
`;

/** The document as one HTML page, for people: an index, and each operation with its parameters, body and answers. */
export function docsPage({ info, paths, components: { schemas, headers, securitySchemes } }: OpenApiDocument): string {
  const entries = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const tags = [...new Set(entries.flatMap(({ operation }) => operation.tags))];
  const ofTag = (tag: string): readonly Entry[] => entries.filter(({ operation }) => operation.tags.includes(tag));
  const index = tags.map((tag) => `<h3>${escapeHtml(tag)}</h3><ul>${ofTag(tag).map(indexLine).join('')}</ul>`);
  const sections = tags.map((tag) => {
    const articles = ofTag(tag).map((entry) => operationHtml(entry, schemas));
    return `<section><h2>${escapeHtml(tag)}</h2>${articles.join('')}</section>`;
  });
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(info.title)}</title><style>${STYLE}</style></head><body>
<h1>${escapeHtml(info.title)}</h1><p>Version ${escapeHtml(info.version)}. ${escapeHtml(info.description)} For programs: <a href="openapi.json">openapi.json</a>.</p>
<p><code>Authorization: Bearer</code> ${escapeHtml(securitySchemes.apiKey.description)}</p>
<nav>${index.join('')}</nav>${sections.join('')}
<section id="headers"><h2>Headers of answers</h2><ul class="fields">${headerLines(headers)}</ul></section>
<section id="Problem"><h2>Problem documents</h2>${schemaHtml(schemas['Problem'] ?? {}, schemas)}</section></body></html>`;
}

function headerLines(headers: OpenApiDocument['components']['headers']): string {
  return Object.entries(headers)
    .map(([name, { description }]) => `<li><code>${escapeHtml(name)}</code> ${escapeHtml(description)}</li>`)
    .join('');
}

function indexLine({ path, method, operation }: Entry): string {
  return `<li><a href="#${operation.operationId}"><span class="method">${method}</span><code>${escapeHtml(path)}</code></a> ${escapeHtml(operation.summary)}</li>`;
}

function operationHtml({ path, method, operation }: Entry, schemas: Schemas): string {
  const { operationId, summary, description, security, parameters, requestBody, responses } = operation;
  const scope = security[0]?.['apiKey']?.[0];
  const fields = parameters.map(({ name, in: place, description: text, schema }) => {
    return `<li><code>${escapeHtml(name)}</code> <i>${place}</i> <span class="type">${escapeHtml(typeText(schema))}</span> ${escapeHtml(text)}</li>`;
  });
  const answers = Object.entries(responses).map(([status, answer]) => answerHtml(status, answer, schemas));
  return `<article id="${operationId}"><h3><span class="method">${method}</span><code>${escapeHtml(path)}</code></h3>
<p>${escapeHtml(summary)}. ${escapeHtml(description ?? '')} <span class="scope">${scope === undefined ? 'No key.' : `Scope ${escapeHtml(scope)}.`}</span></p>
<h4>Parameters</h4><ul class="fields">${fields.join('')}</ul>${requestBody === undefined ? '' : `<h4>Body</h4>${contentHtml(requestBody.content, schemas)}`}
<h4>Answers</h4><dl>${answers.join('')}</dl></article>`;
}

function answerHtml(status: string, { description, content, headers }: DocumentedAnswer, schemas: Schemas): string {
  const isRefusal = Number(status) >= FIRST_REFUSAL && content?.['application/problem+json'] !== undefined;
  const body = content === undefined || isRefusal ? '' : contentHtml(content, schemas);
  return `<dt>${status}${isRefusal ? ' <a href="#Problem">problem</a>' : ''}</dt><dd>${escapeHtml(description)}${body}${headersHtml(headers)}</dd>`;
}

/** Those that not every answer has. */
function headersHtml(headers: DocumentedAnswer['headers']): string {
  const names = Object.keys(headers).filter((name) => !(HEADERS_OF_KEYED as readonly string[]).includes(name));
  return names.length === 0 ? '' : `<p class="type">With ${names.map(escapeHtml).join(', ')}.</p>`;
}

function contentHtml(content: NonNullable<DocumentedAnswer['content']>, schemas: Schemas): string {
  return Object.entries(content)
    .map(([type, { schema }]) => `<p class="type">${escapeHtml(type)}</p>${schemaHtml(schema, schemas)}`)
    .join('');
}

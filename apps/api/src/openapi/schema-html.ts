import { escapeHtml } from './escape-html';
import { type JsonSchema } from './operation';

type Schemas = Readonly<Record<string, JsonSchema>>;

const BOUNDS = ['minLength', 'maxLength', 'minimum', 'maximum', 'minItems', 'maxItems', 'default', 'pattern', 'format'] as const;

/** The bounds of a value in words, such as `integer, minimum 1, maximum 1000`. */
export function typeText(schema: JsonSchema): string {
  const { type, enum: values, const: value } = schema;
  if (Array.isArray(values)) return values.map((each) => JSON.stringify(each)).join(' | ');
  if (value !== undefined) return JSON.stringify(value);
  const name = Array.isArray(type) ? type.join(' | ') : typeof type === 'string' ? type : 'any JSON';
  return [name, ...BOUNDS.filter((bound) => bound in schema).map((bound) => `${bound} ${String(schema[bound])}`)].join(', ');
}

/** A schema as nested lists of fields. `schemas` are those that a reference can name. */
export function schemaHtml(schema: JsonSchema, schemas: Schemas): string {
  const named = resolved(schema, schemas);
  const alternatives = named['anyOf'] as readonly JsonSchema[] | undefined;
  if (alternatives !== undefined) {
    if (alternatives.every((each) => each['properties'] === undefined))
      return `<p>${escapeHtml(alternatives.map(typeText).join(' | '))}</p>`;
    return `<p>One of:</p><ul>${alternatives.map((each) => `<li>${schemaHtml(each, schemas)}</li>`).join('')}</ul>`;
  }
  if (named['type'] === 'array') return `<p>A list${lengthText(named)} of:</p>${schemaHtml(named['items'] as JsonSchema, schemas)}`;
  const properties = named['properties'] as Schemas | undefined;
  if (properties === undefined) return `<p>${descriptionOf(named)} <span class="type">${escapeHtml(typeText(named))}</span></p>`;
  const required = (named['required'] ?? []) as readonly string[];
  const fields = Object.entries(properties).map(([name, field]) => fieldHtml(name, field, required.includes(name), schemas));
  return `<ul class="fields">${fields.join('')}</ul>`;
}

function fieldHtml(name: string, field: JsonSchema, isRequired: boolean, schemas: Schemas): string {
  const isNested = ['properties', 'items', 'anyOf'].some((part) => part in field);
  const type = isNested ? '' : ` <span class="type">${escapeHtml(typeText(field))}</span>`;
  const nested = isNested ? schemaHtml(field, schemas) : '';
  return `<li><code>${escapeHtml(name)}</code>${isRequired ? '' : ' <i>optional</i>'}${type} ${descriptionOf(field)}${nested}</li>`;
}

function lengthText({ minItems, maxItems }: JsonSchema): string {
  return typeof minItems === 'number' && typeof maxItems === 'number' ? ` (${String(minItems)}–${String(maxItems)})` : '';
}

function descriptionOf({ description }: JsonSchema): string {
  return typeof description === 'string' ? escapeHtml(description) : '';
}

function resolved(schema: JsonSchema, schemas: Schemas): JsonSchema {
  const reference = schema['$ref'];
  return typeof reference === 'string' ? (schemas[reference.replace('#/components/schemas/', '')] ?? schema) : schema;
}

import { type RouteOptions } from 'fastify';
import { call, type Answer } from '../testing/call';
import { startApi, type RunningApi } from '../testing/start-api';
import { type OpenApiDocument } from './openapi-document';

describe('The OpenAPI document', () => {
  const routes: RouteOptions[] = [];
  let api: RunningApi;
  let document: OpenApiDocument;

  beforeAll(async () => {
    api = await startApi({ onRoute: (route) => routes.push(route) });
    document = JSON.parse((await get('/openapi.json')).text) as OpenApiDocument;
  });
  afterAll(() => api.app.close());

  const get = (path: string): Promise<Answer> => call(api, { method: 'GET', path, headers: { authorization: null } });
  /** What there is, as `GET /v1/users/{user}`, with the scope and the query parameters. */
  const served = (): object[] =>
    routes
      .filter(({ method }) => method !== 'HEAD')
      .map(({ method, url, config }) => ({
        operation: `${String(method)} ${url.replaceAll(/:(\w+)/g, '{$1}')}`,
        scope: config?.scope,
        query: [...(config?.query ?? [])].sort(),
      }));
  const documented = (): object[] =>
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { security, parameters }]) => ({
        operation: `${method.toUpperCase()} ${path}`,
        scope: security[0]?.['apiKey']?.[0],
        query: parameters.flatMap((parameter) => (parameter.in === 'query' ? [parameter.name] : [])).sort(),
      })),
    );

  it('is JSON that anybody may read', async () => {
    const { status, headers } = await get('/openapi.json');
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    expect(document.openapi).toMatch(/^3\.1\./);
  });

  it('has every route, with its scope and its query parameters, and no other', () => {
    const byName = (list: object[]): string[] => list.map((each) => JSON.stringify(each)).sort();
    expect(byName(documented())).toEqual(byName(served()));
  });

  it('names every parameter of a path', () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      for (const { parameters } of Object.values(methods))
        expect(parameters.flatMap((parameter) => (parameter.in === 'path' ? [parameter.name] : []))).toEqual(inPath);
    }
  });

  it('calls each operation by a name of its own, and has every schema that it refers to', () => {
    const ids = Object.values(document.paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId));
    expect(new Set(ids).size).toBe(ids.length);
    const references = [...JSON.stringify(document).matchAll(/"#\/components\/(schemas|headers)\/([^"]+)"/g)];
    expect(references.length).toBeGreaterThan(0);
    for (const [, kind, name] of references) expect(document.components[kind as 'schemas'][name ?? '']).toBeDefined();
  });

  it('gives the bounds of names and numbers', () => {
    const { parameters, requestBody } = document.paths['/v1/users/{user}/messages']?.['post'] ?? {};
    expect(parameters?.find(({ name }) => name === 'user')?.schema).toMatchObject({ minLength: 1, maxLength: 256 });
    expect(parameters?.find(({ name }) => name === 'timeoutMs')?.schema).toMatchObject({ minimum: 1, maximum: 30_000 });
    expect(requestBody?.content['application/json']?.schema).toEqual({ $ref: '#/components/schemas/SendBody' });
    expect(document.components.schemas['SendBody']).toMatchObject({
      additionalProperties: false,
      required: ['data'],
      properties: { ttlSeconds: { type: 'integer', minimum: 1, maximum: 2_592_000 }, idempotencyKey: { maxLength: 255 } },
    });
  });

  it('is a page for people, without a key, that loads nothing and runs nothing', async () => {
    const { status, headers, text } = await get('/docs');
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(text).not.toMatch(/<script|src=|https?:/);
    for (const path of Object.keys(document.paths)) expect(text).toContain(path);
  });
});

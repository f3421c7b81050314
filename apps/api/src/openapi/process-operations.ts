import { z } from 'zod';
import { type Operation } from './operation';

const TAG = 'The process';
const live = z.object({ status: z.literal('ok') });
const ready = z.object({ status: z.enum(['ok', 'not ready']), failed: z.array(z.string()).optional().describe('The checks that fail.') });
const document = z.looseObject({ openapi: z.string() });

/** The operations that need no key: health, metrics, and the document itself. */
export const processOperations: readonly Operation[] = [
  {
    method: 'get',
    path: '/livez',
    id: 'isLive',
    tag: TAG,
    summary: 'Whether the process lives',
    answers: { 200: { description: 'It does.', content: { name: 'Live', schema: live } } },
  },
  {
    method: 'get',
    path: '/readyz',
    id: 'isReady',
    tag: TAG,
    summary: 'Whether the process can do its work',
    answers: {
      200: { description: 'It can.', content: { name: 'Ready', schema: ready } },
      503: { description: 'It cannot.', content: { name: 'Ready', schema: ready } },
    },
  },
  {
    method: 'get',
    path: '/metrics',
    id: 'metrics',
    tag: TAG,
    summary: 'Metrics for Prometheus',
    description: 'Where ADMIN_PORT is set they are on that port, and not here.',
    answers: { 200: { description: 'All metrics.', content: { type: 'text/plain', description: 'The text format of Prometheus.' } } },
    refusals: ['not_found'],
  },
  {
    method: 'get',
    path: '/openapi.json',
    id: 'openapi',
    tag: TAG,
    summary: 'This document',
    answers: { 200: { description: 'OpenAPI 3.1.', content: { name: 'OpenApi', schema: document } } },
  },
  {
    method: 'get',
    path: '/docs',
    id: 'docs',
    tag: TAG,
    summary: 'This document as a page',
    answers: { 200: { description: 'A page that needs nothing else.', content: { type: 'text/html', description: 'HTML.' } } },
  },
];

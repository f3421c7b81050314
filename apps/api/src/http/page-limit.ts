import { type QueryNumberBounds } from './query-number';

/** How many items a page has at most, as `limit` says. */
export const PAGE_LIMIT = { name: 'limit', min: 1, max: 1_000, fallback: 100 } as const satisfies QueryNumberBounds;

import { z } from 'zod';

/** RFC 3339 in UTC. */
export const timestamp = z.string().meta({ format: 'date-time' });

/** A whole number from 0 to 2^53 − 1. */
export const count = z.int().min(0);

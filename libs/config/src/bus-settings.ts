import { z } from 'zod';
import { type Setting } from './settings';

/** The buses that several processes can share. */
const BUSES = ['kafka'] as const;

/** Which bus carries events between the processes of gateways and APIs. */
export const busSettings = {
  bus: {
    env: 'BUS',
    schema: z.enum(BUSES, { error: `must be one of ${BUSES.join(', ')}` }).default('kafka'),
    description: 'The bus that carries events to gateways. Every process of one installation must use the same.',
    shownDefault: 'kafka',
  },
} satisfies Record<string, Setting>;

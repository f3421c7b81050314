import type { ValueTransformer } from 'typeorm';

/** Reads a bigint column, which pg gives as text, as a number; all of ours stay below 2^53. */
export const int8AsNumber: ValueTransformer = {
  to: (value: unknown) => value,
  from: (value: string | null) => (value === null ? null : Number(value)),
};

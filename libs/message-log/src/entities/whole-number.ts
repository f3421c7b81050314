import type { ValueTransformer } from 'typeorm';

/** Reads a bigint column as a number; all of ours stay below 2^53. */
export const wholeNumber: ValueTransformer = {
  to: (value: unknown) => value,
  from: (value: string | null) => (value === null ? null : Number(value)),
};

import type { ValueTransformer } from 'typeorm';

/** Epochs stay far below 2^53; pg gives bigint as text. */
export const int8AsNumber: ValueTransformer = {
  to: (value: number) => value,
  from: (text: string) => Number(text),
};

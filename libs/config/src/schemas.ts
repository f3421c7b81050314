import { z } from 'zod';

const integerText = /^\d{1,15}$/;

/** A whole number within bounds, from text; `fallback` if the variable is not set. */
export function wholeNumber(fallback: number, min: number, max: number): z.ZodType<number> {
  return z
    .string()
    .default(String(fallback))
    .transform((text, context) => {
      const value = integerText.test(text) ? Number(text) : Number.NaN;
      if (value >= min && value <= max) return value;
      context.addIssue({ code: 'custom', message: `must be a whole number from ${String(min)} to ${String(max)}` });
      return z.NEVER;
    });
}

/** A list of texts, separated by commas. */
export function commaSeparated(): z.ZodType<readonly string[]> {
  return z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== ''),
    );
}

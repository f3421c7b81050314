import { type CaseContext } from './case-context';

/** One promise of the contract, and how it is seen from outside. */
export interface ConformanceCase {
  readonly name: string;
  /** Throws what is wrong; a Mismatch says what was expected and seen. */
  readonly run: (context: CaseContext) => Promise<void>;
}

/** The cases of one part of the contract. */
export interface CaseGroup {
  readonly name: string;
  readonly cases: readonly ConformanceCase[];
}

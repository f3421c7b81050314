export { type ConformanceTarget } from './case-context';
export { caseGroups } from './case-groups';
export { runCases } from './run-cases';

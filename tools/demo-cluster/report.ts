import { percentile } from '../cluster';
import { type DemoOutcome } from './run-demo';

/** Whether every accepted message arrived once and in order, and every client came back. */
export function isPerfect({ totals, comeback }: DemoOutcome): boolean {
  return totals.lost === 0 && totals.repeated === 0 && totals.outOfOrder === 0 && comeback.away === 0;
}

/** The table that the demo ends with. */
export function demoReport({ totals, latenciesMs, comeback, gatewayReadyAfterMs }: DemoOutcome): string {
  const ms = (value: number | undefined): string => (value === undefined ? '–' : `${Math.round(value).toLocaleString('en')} ms`);
  const rows: readonly (readonly [string, string])[] = [
    ['accepted', totals.accepted.toLocaleString('en')],
    ['refused', totals.refused.toLocaleString('en')],
    ['received', totals.received.toLocaleString('en')],
    ['lost', totals.lost.toLocaleString('en')],
    ['repeated', totals.repeated.toLocaleString('en')],
    ['out of order', totals.outOfOrder.toLocaleString('en')],
    ['latency p50', ms(percentile(latenciesMs, 0.5))],
    ['latency p99, the kill included', ms(percentile(latenciesMs, 0.99))],
    ['clients of the killed gateway', `${String(comeback.affected)}, not back: ${String(comeback.away)}`],
    ['until the last of them was ready', ms(comeback.lastBackAfterMs)],
    ['until the gateway was ready', ms(gatewayReadyAfterMs)],
  ];
  const nameWidth = Math.max(...rows.map(([name]) => name.length));
  const valueWidth = Math.max(...rows.map(([, value]) => value.length));
  return rows.map(([name, value]) => `  ${name.padEnd(nameWidth)}  ${value.padStart(valueWidth)}`).join('\n');
}

import { connectionRates, FrameRates } from './frame-rates';

function rated(): { rates: FrameRates; pass: (ms: number) => void; kinds: (count: number, bytes?: number) => string[] } {
  let nowMs = 0;
  const settings = { framesPerSecond: 10, bytesPerSecond: 1_000, sendsPerSecond: 2 };
  const rates = new FrameRates(connectionRates(settings), () => nowMs);
  return {
    rates,
    pass: (ms) => (nowMs += ms),
    kinds: (count, bytes = 1) => Array.from({ length: count }, () => rates.frame(bytes).kind),
  };
}

describe('FrameRates', () => {
  it('takes five seconds’ worth of frames at once, tells of more once, and has enough at twice as many', () => {
    const { kinds } = rated();
    expect(new Set(kinds(50))).toEqual(new Set(['fine']));
    expect(kinds(3)).toEqual(['told', 'fine', 'fine']);
    expect(new Set(kinds(47))).toEqual(new Set(['fine']));
    expect(kinds(1)).toEqual(['over']);
  });

  it('counts bytes likewise', () => {
    const { kinds } = rated();
    expect(kinds(3, 2_500)).toEqual(['fine', 'fine', 'told']);
    expect(kinds(2, 2_500)).toEqual(['fine', 'over']);
  });

  it('says when the client is within its rates again, and tells anew after that', () => {
    const { rates, pass, kinds } = rated();
    kinds(50);
    expect(rates.frame(1)).toEqual({ kind: 'told', retryAfterMs: 100 });
    pass(200);
    expect(kinds(2)).toEqual(['fine', 'told']);
  });

  it('never troubles who stays within the rates', () => {
    const { pass, kinds } = rated();
    for (let second = 0; second < 100; second += 1) {
      expect(new Set(kinds(10, 100))).toEqual(new Set(['fine']));
      pass(1_000);
    }
  });

  it('lets messages be sent at a rate of their own', () => {
    const { rates, pass } = rated();
    expect(Array.from({ length: 11 }, () => rates.send())).toEqual([...Array.from({ length: 10 }, () => 0), 500]);
    pass(500);
    expect(rates.send()).toBe(0);
  });
});

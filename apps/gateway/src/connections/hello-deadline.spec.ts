import { HelloDeadline } from './hello-deadline';

describe('HelloDeadline', () => {
  it('tells of exactly those who are late', () => {
    let nowMs = 0;
    const late: string[] = [];
    const deadline = new HelloDeadline<string>(
      1_000,
      (peer) => late.push(peer),
      () => nowMs,
    );
    deadline.add('silent');
    deadline.add('polite');
    nowMs = 500;
    deadline.add('later');
    deadline.remove('polite');
    nowMs = 1_000;
    deadline.check();
    expect(late).toEqual(['silent']);
    nowMs = 1_500;
    deadline.check();
    expect(late).toEqual(['silent', 'later']);
    expect(deadline.waiting).toBe(0);
  });
});

import { parsePostmasterPid } from './postmaster-pid';

describe('parsePostmasterPid', () => {
  const lines = ['4711', '/data/cluster', '1764040000', '54321', '', '127.0.0.1', '  1234567        12', 'ready   ', ''];

  it('reads process, port and readiness', () => {
    expect(parsePostmasterPid(lines.join('\n'))).toEqual({ pid: 4711, port: 54321, isReady: true });
  });

  it('reads a file that is still being written', () => {
    expect(parsePostmasterPid(lines.slice(0, 2).join('\n'))).toEqual({ pid: 4711, port: undefined, isReady: false });
    expect(parsePostmasterPid([...lines.slice(0, 7), 'starting'].join('\n'))).toEqual({ pid: 4711, port: 54321, isReady: false });
  });

  it('is undefined for what is no such file', () => {
    expect(parsePostmasterPid('')).toBeUndefined();
    expect(parsePostmasterPid('-4711\n')).toBeUndefined(); // a single-user server
  });
});

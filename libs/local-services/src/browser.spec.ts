import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBrowser } from './browser';

describe('findBrowser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-browser-'));
  const program = join(folder, 'chromium');
  writeFileSync(program, '#!/bin/sh\n');
  chmodSync(program, 0o755);
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('takes the one that CHROMIUM_PATH names', () => {
    expect(findBrowser({ CHROMIUM_PATH: program, PATH: '' })).toBe(program);
  });

  it('finds one on the PATH', () => {
    expect(findBrowser({ PATH: `/nonexistent:${folder}` })).toBe(program);
  });

  it('does not fall back to another one when CHROMIUM_PATH is wrong', () => {
    expect(() => findBrowser({ CHROMIUM_PATH: '/nonexistent/chromium', PATH: folder })).toThrow('CHROMIUM_PATH');
  });
});

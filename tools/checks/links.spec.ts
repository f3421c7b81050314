import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anchorsOf, linkFaults, linksOf } from './links';

describe('The links of a document', () => {
  it('are found with their lines', () => {
    const text = '[one](a.md)\n![two](<b.png>) [three](c.md#x "title")\n\n[four]: d.md\n[five](e_(1).md)';
    expect(linksOf(text)).toEqual([
      { line: 1, target: 'a.md' },
      { line: 2, target: 'b.png' },
      { line: 2, target: 'c.md#x' },
      { line: 4, target: 'd.md' },
      { line: 5, target: 'e_(1).md' },
    ]);
  });

  it('are not looked for in code', () => {
    expect(linksOf('```js\na[0](b)\n```\n`[x](y)` ``[x](`y)`` [z](z.md)')).toEqual([{ line: 4, target: 'z.md' }]);
  });
});

describe('The anchors of a document', () => {
  it('are those of its headings, with a number where two are alike', () => {
    const text = '# The life of `one` message!\n\n```sh\n# not a heading\n```\n## Step 1: [log](x.md)\n## Twice\n## Twice\n';
    expect([...anchorsOf(text)]).toEqual(['the-life-of-one-message', 'step-1-log', 'twice', 'twice-1']);
  });
});

describe('The documents of a folder', () => {
  it('are searched for links that lead nowhere', async () => {
    const root = mkdtempSync(join(tmpdir(), 'links-'));
    try {
      mkdirSync(join(root, 'docs'));
      mkdirSync(join(root, 'node_modules'));
      writeFileSync(join(root, 'node_modules/x.md'), '[x](nowhere.md)');
      writeFileSync(join(root, 'docs/b.md'), '# Here\n[up](../a.md) [folder](..) [self](#here) [no](#there)');
      writeFileSync(join(root, 'a.md'), '[b](docs/b.md#here) [c](docs/b.md#gone) [d](gone.md) [e](/docs/b.md) [f](https://example.org/x)');
      expect(await linkFaults(root)).toEqual([
        'a.md:1 docs/b.md#gone names a heading that is not there',
        'a.md:1 gone.md leads nowhere',
        'a.md:1 /docs/b.md is not relative',
        'docs/b.md:2 #there names a heading that is not there',
      ]);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});

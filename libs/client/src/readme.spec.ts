import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { CLIENT_ERRORS } from './client-error';

const folder = join(__dirname, '..');
const readme = readFileSync(join(folder, 'README.md'), 'utf8');

/** What the examples leave to the reader. */
const PRELUDE = `
import type { Message } from '@switchboard/client';
declare global {
  const url: string;
  function fetchToken(): Promise<string>;
  function store(message: Message): Promise<void>;
  function show(data: unknown): void;
}
export {};
`;

const ANY_CLIENT = "import type { SwitchboardClient } from '@switchboard/client'; declare const client: SwitchboardClient;\n";

describe('The README of the SDK', () => {
  it('has examples that fit the types', () => {
    const examples = [...readme.matchAll(/```(tsx?)\n(.*?)```/gs)].map(([, kind = '', code = ''], index) => ({
      path: join(folder, `src/readme-example-${String(index)}.${kind}`),
      // One that does not make a client is about any.
      text: /const client\b/.test(code) ? code : `${ANY_CLIENT}${code}`,
    }));
    expect(examples.length).toBeGreaterThan(5);
    const texts = new Map(
      [...examples, { path: join(folder, 'src/readme-prelude.ts'), text: PRELUDE }].map(({ path, text }) => [path, text]),
    );
    const { config } = ts.readConfigFile(join(folder, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as { config: object };
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, folder);
    const jsx = { ...options, jsx: ts.JsxEmit.ReactJSX };
    const host = ts.createCompilerHost(jsx);
    const onDisk = { ...host };
    host.fileExists = (path) => texts.has(path) || onDisk.fileExists(path);
    host.readFile = (path) => texts.get(path) ?? onDisk.readFile(path);
    host.getSourceFile = (path, languageVersion) => {
      const text = texts.get(path);
      return text === undefined ? onDisk.getSourceFile(path, languageVersion) : ts.createSourceFile(path, text, languageVersion);
    };
    const program = ts.createProgram([...texts.keys()], jsx, host);
    const faults = [...texts.keys()].flatMap((path) => ts.getPreEmitDiagnostics(program, program.getSourceFile(path)));
    expect(faults.map(({ file, messageText }) => `${file?.text ?? ''}\n${ts.flattenDiagnosticMessageText(messageText, '\n')}`)).toEqual([]);
  });

  it('knows every option', () => {
    const source = readFileSync(join(folder, 'src/options.ts'), 'utf8');
    const names = [...(/interface ClientOptions \{(.*?)\n\}/s.exec(source)?.[1]?.matchAll(/readonly (\w+)\??:/g) ?? [])].map(
      ([, name]) => name,
    );
    expect(names).toContain('token');
    for (const name of names) expect(readme).toMatch(new RegExp(`^\\| \`${name ?? ''}[\`.]`, 'm'));
  });

  it('names no error that there is not', () => {
    const named = [...readme.matchAll(/`([a-z]+_[a-z_]+)`/g)].map(([, code]) => code ?? '');
    expect(named.filter((code) => !(code in CLIENT_ERRORS))).toEqual([]);
  });
});

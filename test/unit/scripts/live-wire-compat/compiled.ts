import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const SOURCES = ['scripts/live-wire-compat/main.ts', 'test/unit/scripts/live-wire-compat/fake-node-process.ts'];
const FLAGS = ['--ignoreConfig', '--rootDir', '.', '--target', 'es2023', '--lib', 'es2023', '--module', 'nodenext'];

/** The runner and the fake node as programs, in a folder of their own. */
export interface Compiled {
  readonly folder: string;
  readonly runner: string;
  readonly fakeNode: string;
  remove(): Promise<void>;
}

export async function compileRunner(): Promise<Compiled> {
  const folder = await mkdtemp(join(tmpdir(), 'wire-compat-'));
  const compiler = resolve('node_modules/typescript/bin/tsc');
  const flags = [...FLAGS, '--types', 'node', '--skipLibCheck', '--noCheck', '--outDir', folder];
  await promisify(execFile)(process.execPath, [compiler, ...flags, ...SOURCES]);
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  await symlink(resolve('node_modules'), join(folder, 'node_modules'));
  return {
    folder,
    runner: join(folder, 'scripts/live-wire-compat/main.js'),
    fakeNode: join(folder, 'test/unit/scripts/live-wire-compat/fake-node-process.js'),
    remove: () => rm(folder, { recursive: true }),
  };
}

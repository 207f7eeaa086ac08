import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');

it('says in one sentence that a checkout which cannot be written has to be compiled', () => {
  const checkout = mkdtempSync(join(tmpdir(), 'checkout-'));
  onTestFinished(() => rmSync(checkout, { recursive: true }));
  for (const path of ['scripts/run-tool.mjs', 'scripts/lib']) {
    cpSync(join(ROOT, path), join(checkout, path), { recursive: true });
  }
  // A file where the folder has to be: nobody can write below it, whatever rights they have.
  writeFileSync(join(checkout, 'build'), '');
  const { status, stderr } = spawnSync(process.execPath, [join(checkout, 'scripts/run-tool.mjs'), 'sim'], {
    encoding: 'utf8',
  });
  expect(stderr).toMatch(/^build\/sim has to be compiled and cannot be written here: .+\n$/);
  expect(status).toBe(1);
});

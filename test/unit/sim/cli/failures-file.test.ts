import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FailuresFile, failuresPath } from '../../../sim/cli/failures-file.js';
import { lostOutcome } from '../../../sim/cli/outcome.js';

const FAILED = lostOutcome({ scenario: 'mixed', seed: 7 }, 'a run ends', 'not within 1 s', 1000);

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'failures-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

describe('FailuresFile', () => {
  it('appends a line a failure, in a folder that it makes, and none for a run in which all held', () => {
    const path = join(temporary(), 'build', 'failures.jsonl');
    const file = new FailuresFile(path, expect.unreachable);
    for (const outcome of [FAILED, { ...FAILED, failure: undefined }, FAILED]) expect(file.keep(outcome)).toBe(true);
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    const line = { scenario: 'mixed', seed: 7, invariant: 'a run ends', detail: 'not within 1 s' };
    expect(lines.map((text) => JSON.parse(text))).toEqual([line, line]);
  });

  it('says once that it cannot write, and throws nothing', () => {
    const path = join(temporary(), 'failures.jsonl');
    mkdirSync(path);
    const said: string[] = [];
    const file = new FailuresFile(path, (text) => said.push(text));
    for (let i = 0; i < 3; i++) expect(file.keep(FAILED)).toBe(false);
    expect(said).toEqual([expect.stringMatching(/^failures are shown only: EISDIR/)]);
  });

  it('writes again once it can', () => {
    const path = join(temporary(), 'failures.jsonl');
    mkdirSync(path);
    const file = new FailuresFile(path, () => undefined);
    file.keep(FAILED);
    rmSync(path, { recursive: true });
    expect(file.keep(FAILED)).toBe(true);
  });

  it('lies in the folder of the package, wherever the command is typed', () => {
    expect(failuresPath()).toBe(join(import.meta.dirname, '../../../../build/sim-failures.jsonl'));
  });
});

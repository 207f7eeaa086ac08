import { PassThrough, Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { outputOf } from '../../../../src/node/cli/process-io.js';

describe('an output', () => {
  test('whose reader has gone (EPIPE) drops what follows, quietly and without hanging', async () => {
    let attempts = 0;
    const stream = new Writable({
      write: (_chunk, _encoding, callback) => {
        attempts++;
        callback(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
      },
    });
    const output = outputOf(stream);
    expect(output.isClosed).toBe(false);
    const gone = new Promise((resolve) => stream.once('close', resolve));
    await output.write('a');
    await gone;
    expect([output.isClosed, output.failure]).toEqual([true, undefined]);
    await output.write('b');
    expect(attempts).toBe(1);
  });

  test('that fails for another reason than a missing reader says so', async () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
      code: 'ENOSPC',
      syscall: 'write',
    });
    const stream = new Writable({ write: (_chunk, _encoding, callback) => callback(full) });
    const output = outputOf(stream);
    const gone = new Promise((resolve) => stream.once('close', resolve));
    await output.write('a');
    await gone;
    expect([output.isClosed, output.failure]).toEqual([true, full]);
  });

  test('resolves a write once the stream has taken it, in order', async () => {
    const stream = new PassThrough();
    const output = outputOf(stream);
    await Promise.all([output.write('a'), output.write(Uint8Array.from([98])), output.write('')]);
    expect(stream.read().toString()).toBe('ab');
    expect([output.isTty, output.columns, output.isClosed]).toEqual([false, undefined, false]);
  });
});

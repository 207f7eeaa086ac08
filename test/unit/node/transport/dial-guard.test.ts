import { describe, expect, test } from 'vitest';
import { guardedLookup, mayDial } from '../../../../src/node/transport/dial-guard.js';

describe('an address', () => {
  test.each([
    '169.254.169.254',
    '169.254.0.1',
    '169.254.255.255',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    'fe80::1',
    'febf::1',
    'fd00:ec2::254',
    'fd20:ce::254',
  ])('%s is never dialled', (ip) => {
    expect(mayDial(ip)).toBe(false);
  });

  test.each([
    '127.0.0.1',
    '10.0.0.1',
    '169.253.255.255',
    '169.255.0.0',
    '::1',
    'fec0::1',
    'fd00::1',
    '2001:db8::1',
    'node.example',
  ])('%s may be dialled', (host) => {
    expect(mayDial(host)).toBe(true);
  });
});

describe('a name', () => {
  const lookup = (name: string, all: boolean) =>
    new Promise<{ error: NodeJS.ErrnoException | null; address: unknown }>((resolve) =>
      guardedLookup(name, { all }, (error, address) => resolve({ error, address })),
    );

  test('that resolves to a forbidden address only is refused', async () => {
    for (const all of [true, false]) {
      expect((await lookup('169.254.169.254', all)).error).toMatchObject({ code: 'EACCES' });
    }
  });

  test('resolves as it would otherwise', async () => {
    expect(await lookup('127.0.0.1', false)).toEqual({ error: null, address: '127.0.0.1' });
    expect(await lookup('127.0.0.1', true)).toEqual({ error: null, address: [{ address: '127.0.0.1', family: 4 }] });
  });
});

import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { formatHostPort } from '../../src/gossip/address.js';
import { ed25519 } from '../../src/node/omega/ed25519.js';
import { cacheFileOf, lineOfCacheFile } from '../../src/omega/cache.js';
import { formatRootList, parseRootList, ROOT_LIST_VERSION } from '../../src/omega/root-list.js';
import { signRootList } from '../../src/omega/verify.js';
import { hosts, ports } from '../support/messages.js';
import { independentLine, KEYS, START_S, signedLine, verifier } from '../support/root-lists.js';

const node = fc.tuple(hosts, ports).map(([host, port]) => formatHostPort({ host: host.replace(/^\[|\]$/g, ''), port }));
const wellFormed = node.filter((text) => parseRootList(lineOf(text)).ok);
const nodes = fc.array(wellFormed, { minLength: 1, maxLength: 20 });
const times = fc.integer({ min: START_S + 1, max: START_S + 100_000_000 });

function lineOf(text: string): string {
  return `v=omega-v1;exp=1;nodes=${text};sig=${Buffer.alloc(64).toString('base64')}`;
}

describe('a signed root list', () => {
  test.prop([times, nodes], { numRuns: 50 })(
    'verifies again as it is written, read from the wire or the cache',
    (expiresS, named) => {
      const list = signRootList({ version: ROOT_LIST_VERSION, expiresS, nodes: named }, KEYS, ed25519);
      const line = formatRootList(list);
      expect(line).toBe(independentLine(expiresS, named, KEYS.seed));
      expect(lineOfCacheFile(cacheFileOf(list))).toBe(line);
      const verdict = verifier().verify(line, START_S * 1000);
      expect(verdict.ok && [...verdict.list.nodes].sort()).toEqual([...named].sort());
      expect(verdict.ok && formatRootList(verdict.list)).toBe(line);
    },
  );

  test.prop([times, nodes, fc.nat()], { numRuns: 200 })(
    'is refused with any one bit flipped',
    (expiresS, named, at) => {
      const bytes = Buffer.from(signedLine({ expiresS, nodes: named }));
      const bit = at % (bytes.length * 8);
      const byte = bit >> 3;
      bytes.writeUInt8(bytes.readUInt8(byte) ^ (1 << (bit & 7)), byte);
      // As a resolver gives it: one character a byte.
      expect(verifier().verify(bytes.toString('latin1'), START_S * 1000).ok).toBe(false);
      expect(verifier().verify(bytes.toString('utf8'), START_S * 1000).ok).toBe(false);
    },
  );

  test.prop([nodes, fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), fc.integer({ min: 0, max: 3 })], {
    numRuns: 50,
  })('verifies in any order of its fields, and not with one missing or twice', (named, order, which) => {
    const fields = signedLine({ nodes: named }).split(';');
    const reordered = order.map((at) => fields[at] ?? '');
    const codeOf = (parts: readonly string[]) => {
      const verdict = verifier().verify(parts.join(';'), START_S * 1000);
      return verdict.ok ? 'ok' : verdict.code;
    };
    expect(codeOf(reordered)).toBe('ok');
    expect(codeOf(reordered.filter((_, at) => at !== which))).toBe('MISSING_FIELD');
    expect(codeOf([...reordered, reordered[which] ?? ''])).toBe('DUPLICATE_FIELD');
    expect(codeOf([...reordered, 'x=1'])).toBe('UNKNOWN_FIELD');
  });

  test.prop([nodes, fc.infiniteStream(fc.nat())])('verifies in any order of its nodes', (named, stream) => {
    const line = signedLine({ nodes: named });
    const keyed = named.map((text) => ({ text, key: stream.next().value as number }));
    const shuffled = keyed.sort((a, b) => a.key - b.key).map(({ text }) => text);
    expect(verifier().verify(line.replace(/nodes=[^;]*/, `nodes=${shuffled.join(',')}`), START_S * 1000).ok).toBe(true);
  });

  test.prop([fc.string({ unit: 'binary', maxLength: 300 })])(
    'any text is read or refused, and never throws',
    (text) => {
      expect(parseRootList(text).ok).toBe(false);
      lineOfCacheFile(text);
    },
  );
});

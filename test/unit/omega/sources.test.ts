import { describe, expect, it } from 'vitest';
import type { HttpGetAnswer } from '../../../src/omega/ports/http-get.js';
import type { TxtAnswer } from '../../../src/omega/ports/resolver.js';
import { DnsSource, FileSource, InlineSource, UrlSource } from '../../../src/omega/sources.js';
import { MemoryFiles } from '../../support/root-lists.js';

const found = (...records: string[]): TxtAnswer => ({ kind: 'found', records });

function dns(answers: Readonly<Record<string, TxtAnswer>>) {
  const asked: string[] = [];
  const resolver = {
    txt: async (name: string): Promise<TxtAnswer> => {
      asked.push(name);
      return answers[name] ?? { kind: 'none' };
    },
  };
  return { asked, source: new DnsSource({ resolver }, { domain: 'net.test' }) };
}

describe('DNS', () => {
  it('is asked in two hops, past records of others', async () => {
    const { asked, source } = dns({
      '_bootstrap.net.test': found('v=spf1 -all', 'omega=Roots.Net.Test'),
      'roots.net.test': found('one', 'two'),
    });
    expect(await source.fetch()).toEqual({ kind: 'lines', lines: ['one', 'two'] });
    expect(asked).toEqual(['_bootstrap.net.test', 'roots.net.test']);
  });

  const pointer = { '_bootstrap.net.test': found('omega=r.test') };
  it.each<[string, Readonly<Record<string, TxtAnswer>>]>([
    ['NO_POINTER', {}],
    ['NO_POINTER', { '_bootstrap.net.test': found('v=spf1 -all') }],
    ['SEVERAL_POINTERS', { '_bootstrap.net.test': found('omega=a.test', 'omega=b.test') }],
    ['BAD_POINTER', { '_bootstrap.net.test': found('omega=') }],
    ['BAD_POINTER', { '_bootstrap.net.test': found('omega=a b') }],
    ['BAD_POINTER', { '_bootstrap.net.test': found('omega=::1') }],
    ['NO_RECORD', pointer],
    ['DNS_FAILED', { '_bootstrap.net.test': { kind: 'failed', reason: 'ESERVFAIL' } }],
    ['DNS_FAILED', { ...pointer, 'r.test': { kind: 'failed', reason: 'ETIMEOUT' } }],
    ['ANSWER_TOO_LONG', { ...pointer, 'r.test': found(...Array.from({ length: 17 }, String)) }],
  ])('fails as %s where the records are %j', async (code, answers) => {
    expect(await dns(answers).source.fetch()).toMatchObject({ kind: 'failed', code });
  });

  it('two equal pointers are one', async () => {
    const { source } = dns({ '_bootstrap.net.test': found('omega=r.test', 'omega=r.test'), 'r.test': found('line') });
    expect(await source.fetch()).toEqual({ kind: 'lines', lines: ['line'] });
  });
});

describe('a URL', () => {
  const at = (answer: HttpGetAnswer) =>
    new UrlSource({ http: { get: async () => answer } }, { url: 'http://h.test/l', shown: 'http://h.test' });

  it('gives the lines of its document', async () => {
    expect(await at({ kind: 'ok', text: '\n one\r\n\ntwo\n' }).fetch()).toEqual({
      kind: 'lines',
      lines: ['one', 'two'],
    });
  });

  it.each<[string, HttpGetAnswer]>([
    ['HTTP_STATUS', { kind: 'status', status: 302 }],
    ['HTTP_FAILED', { kind: 'failed', reason: 'ECONNREFUSED' }],
    ['ANSWER_TOO_LONG', { kind: 'too-long' }],
    ['ANSWER_TOO_LONG', { kind: 'ok', text: 'x\n'.repeat(17) }],
  ])('fails as %s', async (code, answer) => {
    expect(await at(answer).fetch()).toMatchObject({ kind: 'failed', code });
  });
});

describe('a file', () => {
  it('is read anew each time', async () => {
    const files = new MemoryFiles();
    const source = new FileSource({ files }, { path: '/l' });
    expect(await source.fetch()).toEqual({ kind: 'failed', code: 'UNREADABLE', reason: 'ENOENT' });
    files.files.set('/l', 'line\n');
    expect(await source.fetch()).toEqual({ kind: 'lines', lines: ['line'] });
    files.files.set('/l', 'x'.repeat(65_537));
    expect(await source.fetch()).toEqual({ kind: 'failed', code: 'ANSWER_TOO_LONG' });
  });
});

it('an inline list is given as it is, and an empty one is a line that is no list', async () => {
  expect(await new InlineSource({ text: 'line' }).fetch()).toEqual({ kind: 'lines', lines: ['line'] });
  expect(await new InlineSource({ text: ' ' }).fetch()).toEqual({ kind: 'lines', lines: [''] });
});

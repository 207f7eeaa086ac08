import { Resolver } from 'node:dns/promises';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Check, type Group, passed } from '../check.js';
import { expect, expectEqual, show } from '../expect.js';
import { eventually } from '../wait.js';
import { faultOfLine, signedText } from '../wire/root-list.js';
import type { ListBench } from './list-bench.js';

const REFERENCE = 'Signed root list';
const DOMAIN = 'net.example';
const WRITTEN_WITHIN_MS = 5000;
/** Of a DNS string, in bytes. */
const SEGMENT_BYTES = 255;

const twoHops: Check<ListBench> = {
  id: 'omega.dns',
  title: '_bootstrap.<domain> is omega=<name>, and the TXT of that name, its strings joined, a list that verifies here',
  reference: REFERENCE,
  level: 'required',
  async run(bench) {
    const nodes = Array.from({ length: 20 }, (_, index) => `node-${index}.example:8080`);
    const keyFile = await bench.file('served.key', bench.key.fileText('pair'));
    const signing = ['--key-file', keyFile, '--nodes', nodes.join(',')];
    const places = ['--dns-listen', '127.0.0.1:0', '--http-listen', '127.0.0.1:0'];
    const publisher = await bench.tool.publish('serve', '--domain', DOMAIN, ...signing, ...places);
    try {
      const [, server = ''] = /^dns (\S+)/m.exec(publisher.stdout) ?? [];
      const resolver = new Resolver({ timeout: 2000, tries: 2 });
      resolver.setServers([server]);
      const pointers = (await resolver.resolveTxt(`_bootstrap.${DOMAIN}`)).map((strings) => strings.join(''));
      const [, name = ''] = /^omega=(.+)$/.exec(pointers.join('\n')) ?? [];
      expect(pointers.length === 1 && name !== '', `_bootstrap.${DOMAIN}: ${show(pointers)}`);
      const [strings = [], ...more] = await resolver.resolveTxt(name);
      expectEqual(more.length, 0, `further TXT records at ${name}`);
      expect(strings.length > 1, 'a long list is one string');
      const longest = Math.max(...strings.map((text) => text.length));
      expect(longest <= SEGMENT_BYTES, `a string of ${longest} bytes`);
      expectEqual(faultOfLine(strings.join(''), bench.key.publicKey, bench.nowS), undefined, 'the list');
      return passed(`${strings.length} strings`);
    } finally {
      await publisher.stop();
    }
  },
};

const cacheRead: Check<ListBench> = {
  id: 'omega.cache-read',
  title: 'A cache file as others write it is read, and verified: a changed one is not good',
  reference: REFERENCE,
  level: 'required',
  async run(bench) {
    const content = bench.content();
    const signature = bench.key.signature(signedText(content));
    const verdict = async (nodes: readonly string[]): Promise<string> => {
      await bench.file('root-list.json', JSON.stringify({ ...content, nodes, signature }));
      const flags = ['--cache-dir', bench.folder, '--pubkey', bench.key.publicKey, '--json'];
      const { stdout, stderr } = await bench.tool.run('show', ...flags);
      const [shown] = JSON.parse(stdout || '[]') as { readonly verdict: string }[];
      return shown?.verdict ?? stderr;
    };
    const good = await verdict(content.nodes);
    expect(good.startsWith('good'), `a good cache file: ${show(good)}`);
    const bad = await verdict(['evil.example:1']);
    expect(bad.startsWith('BAD_SIGNATURE'), `a changed cache file: ${show(bad)}`);
    return passed();
  },
};

const rootStatus: Check<ListBench> = {
  id: 'omega.root',
  title: 'A public node that is not on the list answers bootstrap 403; once it is on it, 200; it caches the list, 0600',
  reference: 'Bootstrap; Signed root list',
  level: 'required',
  async run(bench) {
    const content = bench.content();
    const cache = join(bench.folder, 'node-cache');
    const list = await bench.file('list', `${bench.key.line({ ...content, expires: content.expires - 1 })}\n`);
    const node = await bench.startNode({
      REPRAM_NETWORK: 'public',
      REPRAM_OMEGA_FILE: list,
      REPRAM_OMEGA_PUBKEY: bench.key.publicKey,
      REPRAM_CACHE_DIR: cache,
    });
    expectEqual(await node.bootstrapStatus(), 403, 'bootstrap of a node that is not on the list');
    const nodes = [...content.nodes, node.endpoint];
    await bench.file('list', `${bench.key.line({ ...content, nodes })}\n`);
    await node.restart();
    const patience = { timeoutMs: WRITTEN_WITHIN_MS };
    await eventually('bootstrap of a node that is on the list: 200', patience, async () =>
      (await node.bootstrapStatus()) === 200 ? true : undefined,
    );
    const path = join(cache, 'root-list.json');
    await eventually('the newer list in the cache', patience, async () => {
      const kept = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
      expectEqual(Object.keys(kept).sort().join(), 'expires,nodes,signature,version', 'fields of the cache file');
      const line = `v=${kept['version']};exp=${kept['expires']};nodes=${kept['nodes']};sig=${kept['signature']}`;
      expectEqual(faultOfLine(line, bench.key.publicKey, bench.nowS), undefined, 'the list in the cache');
      return Number(kept['expires']) === content.expires ? true : undefined;
    });
    expectEqual((await stat(path)).mode & 0o777, 0o600, 'mode of the cache file');
    return passed();
  },
};

export const publishingGroup: Group<ListBench> = {
  title: 'Lists that it publishes, caches and follows',
  checks: [twoHops, cacheRead, rootStatus],
};

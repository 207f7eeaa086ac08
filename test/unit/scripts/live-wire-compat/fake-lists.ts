import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { decode, encode, type TxtAnswer } from 'dns-packet';
import type { ListedNode } from '../../../../scripts/live-wire-compat/lists/list-bench.js';
import type { ListTool, Publisher, Ran } from '../../../../scripts/live-wire-compat/lists/list-tool.js';
import { type ListContent, ListKey, signedText } from '../../../../scripts/live-wire-compat/wire/root-list.js';
import { faultByRules, type ListFault } from './fake-list-rules.js';

const SEGMENT = /.{1,255}/gs;

interface Flags {
  readonly [name: string]: string | undefined;
}

function flagsOf(args: readonly string[]): Flags {
  const flags: Record<string, string> = {};
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index] ?? '';
    if (word.startsWith('--') && word.length > 2) flags[word.slice(2)] = args[++index] ?? '';
    else if (word !== '--') flags['line'] = word;
  }
  return flags;
}

/** Commands that sign, verify and publish root lists as they should, but for the faults they are given. */
export class FakeLists implements ListTool {
  readonly #faults: ReadonlySet<ListFault>;

  constructor(faults: readonly ListFault[]) {
    this.#faults = new Set(faults);
  }

  async run(command = '', ...args: readonly string[]): Promise<Ran> {
    const flags = flagsOf(args);
    if (command === 'keygen') return this.#keygen(flags);
    if (command === 'sign') return this.#sign(flags);
    if (command === 'show') return this.#show(flags);
    const fault = faultByRules(this.#faults, flags['line'] ?? '', flags['pubkey'] ?? '');
    return fault === undefined ? said('good\n') : { code: 1, stdout: '', stderr: `${fault}\n` };
  }

  async publish(_command: string, ...args: readonly string[]): Promise<Publisher> {
    const flags = flagsOf(args);
    const { stdout } = await this.#sign({ ...flags, lifetime: '600s' });
    const strings = stdout.trimEnd().match(SEGMENT) ?? [];
    const records = this.#faults.has('publishes-strings-as-records') ? strings.map((text) => [text]) : [strings];
    const domain = flags['domain'] ?? '';
    const zone = new Map<string, readonly string[][]>([[`_roots.${domain}`, records]]);
    if (!this.#faults.has('forgets-the-pointer')) zone.set(`_bootstrap.${domain}`, [[`omega=_roots.${domain}`]]);
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    socket.on('message', (query, { port, address }) => socket.send(answerOf(query, zone), port, address));
    await once(socket, 'listening');
    const stop = async (): Promise<void> => void (await new Promise<void>((resolve) => socket.close(() => resolve())));
    return { stdout: `dns 127.0.0.1:${socket.address().port} ${domain}\nkey x\n`, stop };
  }

  /** A node that follows its list, without a process: `environment` is that of a real one. */
  async node(environment: Readonly<Record<string, string>>): Promise<ListedNode> {
    const endpoint = 'node.example:1';
    const load = async (): Promise<boolean> => {
      const line = (await readFile(environment['REPRAM_OMEGA_FILE'] ?? '', 'utf8')).trim();
      const { expires, nodes, signature } = contentOf(line);
      const path = join(environment['REPRAM_CACHE_DIR'] ?? '', 'root-list.json');
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, JSON.stringify({ version: 'omega-v1', expires, nodes, signature }));
      await chmod(path, this.#mode());
      return nodes.includes(endpoint);
    };
    let isRoot = await load();
    const bootstrapStatus = async (): Promise<number> => {
      if (this.#faults.has('admits-everybody')) return 200;
      return isRoot && !this.#faults.has('admits-nobody') ? 200 : 403;
    };
    const restart = async (): Promise<void> => {
      isRoot = await load();
    };
    return { endpoint, bootstrapStatus, restart };
  }

  async #keygen({ out = '' }: Flags): Promise<Ran> {
    const key = ListKey.fresh();
    const text = key.fileText(this.#faults.has('writes-the-seed-alone') ? 'seed' : 'pair');
    await writeFile(out, text);
    await chmod(out, this.#mode());
    const secret = this.#faults.has('prints-the-private-key') ? text : '';
    return { code: 0, stdout: `${key.publicKey}\n`, stderr: secret };
  }

  async #sign(flags: Flags): Promise<Ran> {
    const bytes = Buffer.from(await readFile(flags['key-file'] ?? '', 'utf8'), 'base64');
    if (bytes.length < 64 && this.#faults.has('reads-no-seed-files')) return { code: 1, stdout: '', stderr: 'no key' };
    const key = new ListKey(bytes.subarray(0, 32));
    const unit = this.#faults.has('expires-in-milliseconds') ? 1 : 1000;
    const expires = Math.floor(Date.now() / unit) + Number.parseInt(flags['lifetime'] ?? '', 10);
    const nodes = (flags['nodes'] ?? '').split(',');
    const content: ListContent = { version: 'omega-v1', expires, nodes };
    const asGiven = `v=omega-v1;exp=${expires};nodes=${nodes.join(',')}`;
    const signedNodes = this.#faults.has('signs-nodes-as-given') ? asGiven : signedText(content);
    const written = this.#faults.has('writes-nodes-as-given') ? asGiven : signedText(content);
    return said(`${written};sig=${key.signature(signedNodes)}\n`);
  }

  async #show(flags: Flags): Promise<Ran> {
    const text = await readFile(join(flags['cache-dir'] ?? '', 'root-list.json'), 'utf8');
    const { version, expires, nodes, signature } = JSON.parse(text) as ListContent & { readonly signature: string };
    const line = `v=${version};exp=${expires};nodes=${nodes.join(',')};sig=${signature}`;
    const fault = this.#faults.has('trusts-its-cache')
      ? undefined
      : faultByRules(this.#faults, line, flags['pubkey'] ?? '');
    return said(JSON.stringify([{ verdict: fault ?? 'good' }]));
  }

  #mode(): number {
    return this.#faults.has('leaves-files-readable') ? 0o644 : 0o600;
  }
}

function said(stdout: string): Ran {
  return { code: 0, stdout, stderr: '' };
}

function contentOf(line: string): { expires: number; nodes: string[]; signature: string } {
  const [, exp = '', nodes = '', signature = ''] = /;exp=(\d+);nodes=(.+);sig=(.+)$/.exec(line) ?? [];
  return { expires: Number(exp), nodes: nodes.split(','), signature };
}

function answerOf(query: Buffer, zone: ReadonlyMap<string, readonly string[][]>): Buffer {
  const { id, questions = [] } = decode(query);
  const name = questions[0]?.name ?? '';
  const answers = (zone.get(name) ?? []).map((data): TxtAnswer => ({ type: 'TXT', name, ttl: 1, data }));
  return encode({ type: 'response', id: id ?? 0, flags: answers.length > 0 ? 0 : 3, questions, answers });
}

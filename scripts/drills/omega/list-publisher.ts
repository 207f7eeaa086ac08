import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { signalGroup, startChild } from '../../live-wire-compat/cluster/children.js';
import { ListKey } from '../../live-wire-compat/wire/root-list.js';
import { CLI, type DrillNode, type Place } from '../nodes/drill-node.js';

export const DOMAIN = 'drill.internal';
const SEED_BYTES = 32;

/** `omega serve` in a process of its own: DNS for the root list of a drill, and the key that signs it. */
export class ListPublisher {
  readonly folder: string;
  readonly key: ListKey;
  readonly #place: Place;
  #end: (() => Promise<void>) | undefined;

  private constructor(place: Place, folder: string, key: ListKey) {
    this.#place = place;
    this.folder = folder;
    this.key = key;
  }

  /** Makes a key. Nothing is published yet. */
  static async open(place: Place): Promise<ListPublisher> {
    const folder = await mkdtemp(join(tmpdir(), 'drill-omega-'));
    const file = join(folder, 'omega.key');
    await promisify(execFile)(process.execPath, [CLI, 'omega', 'keygen', '--out', file]);
    const secret = Buffer.from(await readFile(file, 'utf8'), 'base64');
    return new ListPublisher(place, folder, new ListKey(secret.subarray(0, SEED_BYTES)));
  }

  /** What a node needs to find the list by DNS, keeping it in a cache of its own. */
  environmentOf(id: string): Readonly<Record<string, string>> {
    return {
      REPRAM_NETWORK: 'public',
      REPRAM_PEERS: '',
      REPRAM_OMEGA_DOMAIN: DOMAIN,
      REPRAM_OMEGA_RESOLVER: `${this.#place.host}:${this.#place.port}`,
      REPRAM_OMEGA_PUBKEY: this.key.publicKey,
      REPRAM_CACHE_DIR: this.cacheOf(id),
    };
  }

  cacheOf(id: string): string {
    return join(this.folder, `cache-${id}`);
  }

  /** Publishes a list of these nodes, newer than any before, and resolves when it answers. */
  async publish(roots: readonly Pick<DrillNode, 'endpoint'>[]): Promise<void> {
    await this.stop();
    const nodes = join(this.folder, 'nodes.txt');
    await writeFile(nodes, roots.map(({ endpoint }) => `${endpoint}\n`).join(''));
    const { host, port, enter } = this.#place;
    const signing = ['--key-file', join(this.folder, 'omega.key'), '--nodes-file', nodes, '--domain', DOMAIN];
    const listen = ['--dns-listen', `${host}:${port}`, '--http-listen', `${host}:0`];
    const words = [...enter, process.execPath, CLI, 'omega', 'serve', ...signing, ...listen];
    const [command = '', ...args] = words;
    const child = startChild(command, args, { PATH: process.env['PATH'] });
    const ended = once(child, 'exit');
    child.stderr?.resume();
    this.#end = async () => {
      if (child.pid !== undefined) signalGroup(child.pid, 'SIGTERM');
      await ended;
    };
    const said = child.stdout === null ? ended : once(child.stdout, 'data');
    await Promise.race([said, ended.then(() => Promise.reject(new Error('omega serve ended')))]);
  }

  /** Nobody answers for the list any more. */
  async stop(): Promise<void> {
    await this.#end?.();
    this.#end = undefined;
  }

  async close(): Promise<void> {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, expectEqual, show } from '../expect.js';
import { type ListContent, ListKey } from '../wire/root-list.js';
import type { ListTool } from './list-tool.js';

/** A node of a public network that finds its root list in a file. */
export interface ListedNode {
  /** host:port, as a list names it. */
  readonly endpoint: string;
  /** The status of the answer to somebody who wants to join through it. */
  bootstrapStatus(): Promise<number>;
  /** Stops it, and starts it again at the same place. */
  restart(): Promise<void>;
}

export interface ListBenchParts {
  readonly tool: ListTool;
  /** Healthy when it resolves. It is stopped with the bench. */
  readonly startNode: (environment: Readonly<Record<string, string>>) => Promise<ListedNode>;
}

/** Roots that nobody dials, in an order that is not sorted: by code unit, digits come before `[`, and that before letters. */
export const NODES: readonly string[] = ['b.example:8080', '[2001:db8::1]:8081', '10.0.0.1:8082', 'a.example:8080'];

const LIFETIME_S = 3600;

/** What the checks of root lists share: a folder, a key of their own, and the commands under test. */
export class ListBench {
  readonly tool: ListTool;
  readonly startNode: ListBenchParts['startNode'];
  readonly folder: string;
  readonly key: ListKey = ListKey.fresh();

  private constructor(parts: ListBenchParts, folder: string) {
    this.tool = parts.tool;
    this.startNode = parts.startNode;
    this.folder = folder;
  }

  static async open(parts: ListBenchParts): Promise<ListBench> {
    return new ListBench(parts, await mkdtemp(join(tmpdir(), 'wire-compat-lists-')));
  }

  async close(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  get nowS(): number {
    return Math.floor(Date.now() / 1000);
  }

  content(nodes: readonly string[] = NODES): ListContent {
    return { version: 'omega-v1', expires: this.nowS + LIFETIME_S, nodes };
  }

  /** Writes a file into the folder; its path. */
  async file(name: string, text: string): Promise<string> {
    const path = join(this.folder, name);
    await writeFile(path, text, { mode: 0o600 });
    return path;
  }

  /** Whether the tool takes a line to be good, trusting this key. */
  async takes(line: string, publicKey: string = this.key.publicKey): Promise<boolean> {
    const { code, stdout, stderr } = await this.tool.run('verify', '--pubkey', publicKey, '--', line);
    expect(code === 0 || code === 1, `verify ended with ${code}: ${show(stderr)}`);
    expect((code === 0) === (stdout !== ''), `verify ended with ${code} and said ${show(stdout)}`);
    return code === 0;
  }

  async expectTaken(line: string, what: string): Promise<void> {
    expect(await this.takes(line), `${what} is refused: ${show(line)}`);
  }

  async expectRefused(line: string, what: string): Promise<void> {
    expect(!(await this.takes(line)), `${what} is taken: ${show(line)}`);
  }

  /** Has the tool sign; the line. */
  async signed(keyFile: string, nodes: readonly string[] = NODES): Promise<string> {
    const flags = ['--key-file', keyFile, '--nodes', nodes.join(','), '--lifetime', `${LIFETIME_S}s`];
    const { code, stdout, stderr } = await this.tool.run('sign', ...flags);
    expectEqual(code, 0, `sign (${stderr.trim()})`);
    expect(/^[^\n]+\n$/.test(stdout), `sign prints more than a line: ${show(stdout)}`);
    return stdout.trimEnd();
  }
}

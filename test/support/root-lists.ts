import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { encodeBase64 } from '../../src/gossip/wire/base64.js';
import { ed25519 } from '../../src/node/omega/ed25519.js';
import type { KeyPair } from '../../src/omega/keys.js';
import type { FileRead, Files, FileWrite } from '../../src/omega/ports/files.js';
import { formatRootList, ROOT_LIST_VERSION } from '../../src/omega/root-list.js';
import type { RootListSource, SourceAnswer } from '../../src/omega/source.js';
import { RootListVerifier, signRootList } from '../../src/omega/verify.js';
import { VIRTUAL_START_MS } from './virtual-clock.js';

/** The second at which virtual clocks start. */
export const START_S: number = Math.floor(VIRTUAL_START_MS / 1000);
export const DAY_S = 86_400;

/** The key pair of a seed of 32 bytes, all `fill`. */
export function keyPair(fill: number): KeyPair {
  const seed = Uint8Array.from(Buffer.alloc(32, fill));
  return { seed, publicKey: ed25519.publicKeyOf(seed) };
}

export const KEYS: KeyPair = keyPair(1);
export const OTHER_KEYS: KeyPair = keyPair(2);

export interface SignedParts {
  readonly expiresS?: number;
  readonly nodes?: readonly string[];
  readonly version?: string;
  readonly keys?: KeyPair;
}

/** A signed line that expires a day after virtual clocks start, unless told otherwise. */
export function signedLine({
  expiresS = START_S + DAY_S,
  nodes = ['a.test:8080', 'b.test:8080'],
  version = ROOT_LIST_VERSION,
  keys = KEYS,
}: SignedParts = {}): string {
  return formatRootList(signRootList({ version, expiresS, nodes }, keys, ed25519));
}

export function verifier(...trusted: readonly KeyPair[]): RootListVerifier {
  const keys = (trusted.length === 0 ? [KEYS] : trusted).map(({ publicKey }) => publicKey);
  return new RootListVerifier({ signatures: ed25519 }, { keys });
}

const PKCS8_SEED = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The same line made from the text of the format alone, with the platform's Ed25519 and none of our code. */
export function independentLine(expiresS: number, nodes: readonly string[], seed: Uint8Array): string {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_SEED, seed]), format: 'der', type: 'pkcs8' });
  const text = `v=omega-v1;exp=${expiresS};nodes=${[...nodes].sort().join(',')}`;
  return `${text};sig=${sign(null, Buffer.from(text), key).toString('base64')}`;
}

/** The public key of a seed in base64, by the platform. */
export function independentPublicKey(seed: Uint8Array): string {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_SEED, seed]), format: 'der', type: 'pkcs8' });
  return encodeBase64(createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32));
}

/** A source that says what it is told to. */
export class ScriptedSource implements RootListSource {
  readonly name: string;
  /** How often it was asked. */
  asked = 0;
  answer: () => SourceAnswer | Promise<SourceAnswer>;

  constructor(name: string, answer: () => SourceAnswer | Promise<SourceAnswer>) {
    this.name = name;
    this.answer = answer;
  }

  async fetch(): Promise<SourceAnswer> {
    this.asked++;
    return this.answer();
  }
}

export function lines(...texts: readonly string[]): SourceAnswer {
  return { kind: 'lines', lines: texts };
}

/** Files in memory. */
export class MemoryFiles implements Files {
  readonly files = new Map<string, string>();
  /** Directories in which nothing can be written, or read, with the reason. */
  readonly broken = new Map<string, string>();
  writes = 0;

  async read(path: string, maxBytes: number): Promise<FileRead> {
    const reason = this.#reason(path);
    const text = this.files.get(path);
    if (reason !== undefined || text === undefined) return { kind: 'failed', reason: reason ?? 'ENOENT' };
    return text.length > maxBytes ? { kind: 'failed', reason: 'EFBIG' } : { kind: 'read', text };
  }

  async writeAtomic(path: string, text: string): Promise<FileWrite> {
    const reason = this.#reason(path);
    if (reason !== undefined) return { kind: 'failed', reason };
    this.writes++;
    this.files.set(path, text);
    return { kind: 'written' };
  }

  #reason(path: string): string | undefined {
    return [...this.broken].find(([start]) => path.startsWith(start))?.[1];
  }
}

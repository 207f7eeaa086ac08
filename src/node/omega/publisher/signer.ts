import type { Clock } from '../../../gossip/ports/clock.js';
import { Ticker } from '../../../gossip/ticker.js';
import { FAULT_TEXT } from '../../../omega/fault.js';
import { type KeyPair, parsePrivateKey } from '../../../omega/keys.js';
import type { Files } from '../../../omega/ports/files.js';
import type { Signatures } from '../../../omega/ports/signatures.js';
import { formatRootList, parseRootList, type RootList } from '../../../omega/root-list.js';
import { signRootList } from '../../../omega/verify.js';
import { quoted } from '../../printable.js';
import { isoTime } from '../iso-time.js';
import { readNodeNames } from './node-names.js';
import type { Published } from './zone.js';

/** How often the file of nodes is looked at, in milliseconds. */
export const LOOK_MS = 5000;
const MAX_FILE_BYTES = 262_144;

export interface SigningOptions {
  readonly keyFile: string;
  /** Text of the nodes, or the file that holds it and is read again and again. */
  readonly nodes: { readonly text: string } | { readonly file: string };
  readonly lifetimeS: number;
  readonly version: string;
}

export interface SignerPorts {
  readonly clock: Clock;
  readonly files: Pick<Files, 'read'>;
  readonly signatures: Signatures;
}

/** A signed line, or why there is none. The reason never holds any of the key. */
export type Signed =
  | { readonly ok: true; readonly list: RootList; readonly line: string; readonly keys: KeyPair }
  | { readonly ok: false; readonly reason: string };

/** Signs a list that expires `lifetimeS` from now, and after `formerExpiresS`. */
export async function signNow(ports: SignerPorts, options: SigningOptions, formerExpiresS = 0): Promise<Signed> {
  const key = await ports.files.read(options.keyFile, 1024);
  if (key.kind === 'failed')
    return { ok: false, reason: `the key file ${quoted(options.keyFile)} cannot be read (${key.reason})` };
  const parsedKey = parsePrivateKey(key.text, ports.signatures);
  if (!parsedKey.ok) {
    const why =
      parsedKey.fault === 'MISMATCH'
        ? 'its two halves do not belong together'
        : 'it is not base64 of 64 bytes, or of a seed of 32';
    return { ok: false, reason: `the key file ${quoted(options.keyFile)} holds no private key: ${why}` };
  }
  const text = await nodesText(ports, options);
  if (typeof text !== 'string')
    return {
      ok: false,
      reason: `the file of nodes ${'file' in options.nodes ? quoted(options.nodes.file) : ''} cannot be read (${text.failed})`,
    };
  const names = readNodeNames(text);
  if (!names.ok)
    return {
      ok: false,
      reason: `${quoted(names.bad)} is not host:port: a port is 1 to 65535, IPv6 stands in brackets`,
    };
  const wantedS = Math.floor(ports.clock.nowMs() / 1000) + options.lifetimeS;
  const expiresS = Math.max(wantedS, formerExpiresS + 1);
  const list = signRootList(
    { version: options.version, expiresS, nodes: names.nodes },
    parsedKey.keys,
    ports.signatures,
  );
  const line = formatRootList(list);
  const parsed = parseRootList(line);
  return parsed.ok ? { ok: true, list, line, keys: parsedKey.keys } : { ok: false, reason: FAULT_TEXT[parsed.code] };
}

async function nodesText(ports: SignerPorts, { nodes }: SigningOptions): Promise<string | { readonly failed: string }> {
  if ('text' in nodes) return nodes.text;
  const file = await ports.files.read(nodes.file, MAX_FILE_BYTES);
  return file.kind === 'read' ? file.text : { failed: file.reason };
}

/**
 * Keeps a list signed: anew when half of its lifetime is over, and as soon as its nodes change. What cannot be signed
 * leaves the former list in place, which runs on until it expires.
 */
export class Signer {
  readonly #ports: SignerPorts;
  readonly #options: SigningOptions;
  readonly #tell: (line: string) => void;
  readonly #ticker: Ticker;
  #isSigning = false;
  #published: Published = { line: '', serial: 0 };
  #list: RootList | undefined;
  #lastReason = '';

  /** `tell` gets a line for the operator with each list signed, and when signing begins to fail. */
  constructor(ports: SignerPorts, options: SigningOptions, parts: { readonly tell: (line: string) => void }) {
    this.#ports = ports;
    this.#options = options;
    this.#tell = parts.tell;
    this.#ticker = new Ticker(ports.clock, LOOK_MS, () => void this.#look());
  }

  get published(): Published {
    return this.#published;
  }

  /** Signs the first list, and goes on until stopped; without a first list there is nothing to go on with. */
  async start(): Promise<Signed> {
    const signed = await this.#sign();
    if (signed.ok) this.#ticker.start();
    return signed;
  }

  stop(): void {
    this.#ticker.stop();
  }

  async #look(): Promise<void> {
    if (this.#isSigning) return;
    this.#isSigning = true;
    const leftMs = (this.#list?.expiresS ?? 0) * 1000 - this.#ports.clock.nowMs();
    const isDue = leftMs <= (this.#options.lifetimeS * 1000) / 2;
    if (isDue || (await this.#hasChanged())) await this.#sign();
    this.#isSigning = false;
  }

  async #hasChanged(): Promise<boolean> {
    const text = await nodesText(this.#ports, this.#options);
    const names = typeof text === 'string' ? readNodeNames(text) : undefined;
    if (names === undefined || !names.ok) return true;
    return [...names.nodes].sort().join() !== [...(this.#list?.nodes ?? [])].sort().join();
  }

  async #sign(): Promise<Signed> {
    const signed = await signNow(this.#ports, this.#options, this.#list?.expiresS);
    if (signed.ok) {
      this.#list = signed.list;
      const nowS = Math.floor(this.#ports.clock.nowMs() / 1000);
      this.#published = { line: signed.line, serial: Math.max(this.#published.serial + 1, nowS) % 2 ** 32 };
      this.#lastReason = '';
      this.#tell(`signed a list of ${signed.list.nodes.length} nodes that expires ${isoTime(signed.list.expiresS)}`);
    } else if (signed.reason !== this.#lastReason) {
      this.#lastReason = signed.reason;
      this.#tell(`cannot sign${this.#list === undefined ? '' : ', the former list stays'}: ${signed.reason}`);
    }
    return signed;
  }
}

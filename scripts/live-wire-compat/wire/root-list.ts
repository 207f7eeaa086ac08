import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';

/** What stands before the 32 bytes of an Ed25519 key in DER: PKCS #8 for a seed, SPKI for a public key (RFC 8410). */
const SEED_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const PUBLIC_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

/** What a root list says. */
export interface ListContent {
  readonly version: string;
  readonly expires: number;
  readonly nodes: readonly string[];
}

export type ListField = 'v' | 'exp' | 'nodes' | 'sig';
export const LIST_FIELDS: readonly ListField[] = ['v', 'exp', 'nodes', 'sig'];

/** The bytes that are signed, as text. */
export function signedText({ version, expires, nodes }: ListContent): string {
  return `v=${version};exp=${expires};nodes=${[...nodes].sort(byCodeUnit).join(',')}`;
}

/** The four fields of a list; a text where it is none, saying why. Not the node's own code: it reads what that wrote. */
export function readLine(line: string): Readonly<Record<ListField, string>> | string {
  const fields = new Map<string, string>();
  for (const part of line.split(';')) {
    const [, name = '', value = ''] = /^(v|exp|nodes|sig)=(.*)$/s.exec(part) ?? [];
    if (name === '') return `${JSON.stringify(part)} is no field of a list`;
    if (fields.has(name)) return `${name} appears twice`;
    fields.set(name, value);
  }
  const missing = LIST_FIELDS.filter((name) => !fields.has(name));
  if (missing.length > 0) return `${missing.join(', ')} missing`;
  return Object.fromEntries(fields) as Record<ListField, string>;
}

/** What is wrong with a line for whoever trusts `publicKey`; `undefined` where nothing is. */
export function faultOfLine(line: string, publicKey: string, nowS: number): string | undefined {
  const fields = readLine(line);
  if (typeof fields === 'string') return fields;
  if (fields.v !== 'omega-v1') return `version ${JSON.stringify(fields.v)}`;
  if (!/^(0|[1-9]\d*)$/.test(fields.exp)) return `exp ${JSON.stringify(fields.exp)}`;
  if (fields.nodes === '') return 'no nodes';
  const content = { version: fields.v, expires: Number(fields.exp), nodes: fields.nodes.split(',') };
  if (content.expires <= nowS) return `expired at ${content.expires}`;
  const signature = Buffer.from(fields.sig, 'base64');
  if (signature.toString('base64') !== fields.sig || signature.length !== SIGNATURE_BYTES) {
    return 'sig is not 64 bytes in standard base64';
  }
  return isSigned(signedText(content), signature, publicKey) ? undefined : 'the signature is not of this key';
}

export function isSigned(text: string, signature: Uint8Array, publicKey: string): boolean {
  const der = Buffer.concat([PUBLIC_PREFIX, Buffer.from(publicKey, 'base64')]);
  return verify(null, Buffer.from(text), createPublicKey({ key: der, format: 'der', type: 'spki' }), signature);
}

/** A private key of a root list. */
export class ListKey {
  /** Base64, as nodes are given it. */
  readonly publicKey: string;
  readonly #seed: Buffer;

  constructor(seed: Uint8Array) {
    this.#seed = Buffer.from(seed);
    const spki = createPublicKey(this.#key()).export({ format: 'der', type: 'spki' });
    this.publicKey = spki.subarray(-KEY_BYTES).toString('base64');
  }

  static fresh(): ListKey {
    const der = generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' });
    return new ListKey(der.subarray(-KEY_BYTES));
  }

  /** What the file of a private key holds: seed and public key, or the seed alone. */
  fileText(kind: 'pair' | 'seed'): string {
    const half = kind === 'pair' ? [Buffer.from(this.publicKey, 'base64')] : [];
    return `${Buffer.concat([this.#seed, ...half]).toString('base64')}\n`;
  }

  signature(text: string): string {
    return sign(null, Buffer.from(text), this.#key()).toString('base64');
  }

  /** The line of a list, its fields in the order given. The nodes are written as they come, and signed sorted. */
  line(content: ListContent, order: readonly ListField[] = LIST_FIELDS): string {
    const values: Readonly<Record<ListField, string>> = {
      v: content.version,
      exp: String(content.expires),
      nodes: content.nodes.join(','),
      sig: this.signature(signedText(content)),
    };
    return order.map((name) => `${name}=${values[name]}`).join(';');
  }

  #key(): ReturnType<typeof createPrivateKey> {
    return createPrivateKey({ key: Buffer.concat([SEED_PREFIX, this.#seed]), format: 'der', type: 'pkcs8' });
  }
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

import { normaliseHost } from '../gossip/address.js';
import type { Files } from './ports/files.js';
import type { HttpGet } from './ports/http-get.js';
import type { Resolver } from './ports/resolver.js';
import { bounded, failed, linesOf, MAX_DOCUMENT_BYTES, type RootListSource, type SourceAnswer } from './source.js';

const POINTER = 'omega=';

/** The name at which a domain says where its root list is. */
export function pointerName(domain: string): string {
  return `_bootstrap.${domain}`;
}

/**
 * TXT records, in two hops: `_bootstrap.<domain>` names another name, and that one's records are the lists. DNS is not
 * trusted: what it gives is verified like any other text, and all it can do is to withhold the newest list.
 */
export class DnsSource implements RootListSource {
  readonly name: string;
  readonly #resolver: Resolver;
  readonly #domain: string;

  constructor(ports: { readonly resolver: Resolver }, options: { readonly domain: string }) {
    this.name = `dns ${options.domain}`;
    this.#resolver = ports.resolver;
    this.#domain = options.domain;
  }

  async fetch(): Promise<SourceAnswer> {
    const first = await this.#resolver.txt(pointerName(this.#domain));
    if (first.kind === 'failed') return failed('DNS_FAILED', first.reason);
    const pointers = new Set(first.kind === 'found' ? first.records.filter((text) => text.startsWith(POINTER)) : []);
    const [pointer] = pointers;
    // Other TXT records may be there for other purposes.
    if (pointer === undefined) return failed('NO_POINTER');
    if (pointers.size > 1) return failed('SEVERAL_POINTERS');
    const name = normaliseHost(pointer.slice(POINTER.length));
    if (name === undefined || name.includes(':')) return failed('BAD_POINTER');
    const second = await this.#resolver.txt(name);
    if (second.kind === 'failed') return failed('DNS_FAILED', second.reason);
    return second.kind === 'none' ? failed('NO_RECORD') : bounded(second.records);
  }
}

/** A document at a URL. */
export class UrlSource implements RootListSource {
  readonly name: string;
  readonly #http: HttpGet;
  readonly #url: string;

  /** `shown` is the URL without what may be secret in it. */
  constructor(ports: { readonly http: HttpGet }, options: { readonly url: string; readonly shown: string }) {
    this.name = `url ${options.shown}`;
    this.#http = ports.http;
    this.#url = options.url;
  }

  async fetch(): Promise<SourceAnswer> {
    const answer = await this.#http.get(this.#url, MAX_DOCUMENT_BYTES);
    if (answer.kind === 'ok') return linesOf(answer.text);
    if (answer.kind === 'status') return failed('HTTP_STATUS', String(answer.status));
    return answer.kind === 'too-long' ? failed('ANSWER_TOO_LONG') : failed('HTTP_FAILED', answer.reason);
  }
}

/** A file that somebody else keeps up to date: it is read anew at each refresh. */
export class FileSource implements RootListSource {
  readonly name: string;
  readonly #files: Pick<Files, 'read'>;
  readonly #path: string;

  constructor(ports: { readonly files: Pick<Files, 'read'> }, options: { readonly path: string }) {
    this.name = `file ${options.path}`;
    this.#files = ports.files;
    this.#path = options.path;
  }

  async fetch(): Promise<SourceAnswer> {
    const file = await this.#files.read(this.#path, MAX_DOCUMENT_BYTES);
    if (file.kind === 'read') return linesOf(file.text);
    return file.reason === 'EFBIG' ? failed('ANSWER_TOO_LONG') : failed('UNREADABLE', file.reason);
  }
}

/** A list given in the configuration itself. */
export class InlineSource implements RootListSource {
  readonly name = 'inline';
  readonly #text: string;

  constructor(options: { readonly text: string }) {
    this.#text = options.text;
  }

  fetch(): Promise<SourceAnswer> {
    return Promise.resolve(linesOf(this.#text));
  }
}

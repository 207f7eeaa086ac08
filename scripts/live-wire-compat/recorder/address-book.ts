import { type JsonObject, parseNodeInfo, type WireNodeInfo } from '../wire/message.js';

const MAX_ENTRIES = 10_000;

/** Where nodes can be reached, as far as they told. At most 10,000. */
export class AddressBook {
  readonly #urls = new Map<string, URL>();
  readonly #given = new Set<string>();

  /** What nodes say about themselves and each other never replaces an address that was given. */
  learn(info: WireNodeInfo): void {
    if (this.#given.has(info.id)) return;
    const host = info.address.includes(':') ? `[${info.address}]` : info.address;
    const url = `http://${host}:${info.http_port}`;
    if (this.#urls.size < MAX_ENTRIES && URL.canParse(url)) this.#urls.set(info.id, new URL(url));
  }

  give(id: string, url: URL): void {
    this.#given.add(id);
    this.#urls.set(id, url);
  }

  learnFromBootstrap(answer: JsonObject | undefined): void {
    const peers = answer?.['peers'];
    if (!Array.isArray(peers)) return;
    for (const peer of peers) {
      const info = parseNodeInfo(peer);
      if (info !== undefined) this.learn(info);
    }
  }

  find(id: string): URL | undefined {
    return this.#urls.get(id);
  }
}

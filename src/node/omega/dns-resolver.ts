import { Resolver as PlatformResolver } from 'node:dns/promises';
import { formatHostPort, type HostPort } from '../../gossip/address.js';
import type { Resolver, TxtAnswer } from '../../omega/ports/resolver.js';
import { platformCode } from './platform-code.js';

export interface DnsResolverOptions {
  /** Servers by IP address and port, in the order in which they are asked; none = those of the machine. */
  readonly servers: readonly HostPort[];
}

/** One attempt, in milliseconds: two fit into the time a source has. */
const TRY_MS = 2000;
const TRIES = 2;

const NOTHING_THERE: readonly string[] = ['ENOTFOUND', 'ENODATA'];

/** The resolver of the platform. It asks again over TCP where an answer does not fit a datagram. */
export class DnsResolver implements Resolver {
  readonly #resolver: PlatformResolver;

  constructor(options: DnsResolverOptions) {
    this.#resolver = new PlatformResolver({ timeout: TRY_MS, tries: TRIES });
    if (options.servers.length > 0) this.#resolver.setServers(options.servers.map(formatHostPort));
  }

  async txt(name: string): Promise<TxtAnswer> {
    try {
      const records = await this.#resolver.resolveTxt(name);
      return { kind: 'found', records: records.map((segments) => segments.join('')) };
    } catch (error) {
      const reason = platformCode(error);
      return NOTHING_THERE.includes(reason) ? { kind: 'none' } : { kind: 'failed', reason };
    }
  }
}

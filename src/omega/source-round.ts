import type { Clock } from '../gossip/ports/clock.js';
import type { Log } from '../gossip/ports/log.js';
import type { Counter, Metrics } from '../gossip/ports/metrics.js';
import { within } from '../gossip/within.js';
import { FAULT_TEXT, type ListFault, OMEGA_FAULTS, type OmegaFault } from './fault.js';
import type { RootListHolder } from './holder.js';
import { failed, type RootListSource } from './source.js';
import type { RootListVerifier, VerifiedRootList } from './verify.js';

/** How long one source is waited for, in milliseconds. */
export const SOURCE_TIMEOUT_MS = 10_000;
/** How long the others are waited for once one has given a good list, in milliseconds. What comes later still counts. */
export const LAGGARD_MS = 500;

interface RoundPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface RoundParts {
  /** At least one; bounded by the kinds of sources that the configuration knows. */
  readonly sources: readonly RootListSource[];
  readonly verifier: RootListVerifier;
  readonly holder: RootListHolder;
}

/** Why a source was of no use. */
export interface SourceFailure {
  readonly source: string;
  readonly code: OmegaFault;
}

/** Asks every source at once, and offers the holder what verifies: of several lists the newest remains. */
export class SourceRound {
  readonly #ports: RoundPorts;
  readonly #parts: RoundParts;
  readonly #failures: Readonly<Record<OmegaFault, Counter>>;
  #isStopped = false;
  #lastFailure: SourceFailure | undefined;
  /** By source, the last failure that was told, until it gives a good list. Bounded by the sources. */
  readonly #told = new Map<RootListSource, OmegaFault>();

  constructor(ports: RoundPorts, parts: RoundParts) {
    this.#ports = ports;
    this.#parts = parts;
    const counter = (code: OmegaFault): Counter =>
      ports.metrics.counter('repram_omega_failures_total', 'Sources that gave no usable root list, by reason.', {
        code,
      });
    this.#failures = Object.fromEntries(OMEGA_FAULTS.map((code) => [code, counter(code)])) as Record<
      OmegaFault,
      Counter
    >;
  }

  /** The last failure of a source, until one gives a good list. */
  get lastFailure(): SourceFailure | undefined {
    return this.#lastFailure;
  }

  /** Nothing that comes from now on counts. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Whether a source gave a list that verifies and is no older than the one in hand. Never rejects. */
  async run(): Promise<boolean> {
    const asked = this.#parts.sources.map((source) => this.#ask(source));
    if (!(await firstTrue(asked))) return false;
    await within(this.#ports.clock, Promise.all(asked), LAGGARD_MS);
    return true;
  }

  async #ask(source: RootListSource): Promise<boolean> {
    const fetched = await within(this.#ports.clock, source.fetch(), SOURCE_TIMEOUT_MS);
    if (this.#isStopped) return false;
    const answer = fetched ?? failed('TIMED_OUT');
    if (answer.kind === 'failed') return this.#fail(source, answer.code, answer.reason);
    const codes = answer.lines.map((line) => this.#offer(source, line));
    // Beside a good list, another may be one that nodes with another key trust.
    if (codes.includes(undefined)) {
      this.#told.delete(source);
      return true;
    }
    return this.#fail(source, codes.find((code) => code !== undefined) ?? 'NO_RECORD');
  }

  /** What is wrong with the line; `undefined` where it is good. */
  #offer(source: RootListSource, line: string): ListFault | undefined {
    const { verifier, holder } = this.#parts;
    const verdict = verifier.verify(line, this.#ports.clock.nowMs());
    if (!verdict.ok) return verdict.code;
    const offer = holder.offer(verdict.list);
    if (offer === 'older') return 'OLDER';
    this.#lastFailure = undefined;
    if (offer === 'taken') this.#ports.log.info('root list taken', { source: source.name, ...aboutList(verdict.list) });
    return undefined;
  }

  #fail(source: RootListSource, code: OmegaFault, reason?: string): false {
    this.#failures[code].inc();
    this.#lastFailure = { source: source.name, code };
    const fields = { source: source.name, code, ...(reason === undefined ? {} : { reason }) };
    const isNews = this.#told.get(source) !== code;
    this.#told.set(source, code);
    this.#ports.log[isNews ? 'warn' : 'debug'](`no root list from this source: ${FAULT_TEXT[code]}`, fields);
    return false;
  }
}

/** What a log line says of a list. */
export function aboutList({ expiresS, roots, key }: VerifiedRootList): {
  readonly expiresUnixSeconds: number;
  readonly roots: number;
  readonly key: string;
} {
  return { expiresUnixSeconds: expiresS, roots: roots.length, key };
}

/** Whether any of these turns out true, as soon as that is known. None may reject. */
function firstTrue(outcomes: readonly Promise<boolean>[]): Promise<boolean> {
  return new Promise((resolve) => {
    for (const outcome of outcomes) void outcome.then((isTrue) => isTrue && resolve(true));
    void Promise.all(outcomes).then((all) => resolve(all.includes(true)));
  });
}

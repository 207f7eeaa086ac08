import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import { formatHostPort, type HostPort } from '../../gossip/address.js';
import { CBOR_SUBPROTOCOL, type DialOutcome, type LinkCodec, type LinkDialer } from '../../tree/ports/link.js';
import { guardedLookup, mayDial } from '../transport/dial-guard.js';
import { outcomeOfError } from '../transport/send-error.js';
import { TREE_PATH } from '../wire/paths.js';
import { WS_OPTIONS } from './ws-link.js';
import type { WsLinks } from './ws-links.js';

/**
 * Stands for the frames of the field, and is offered first: a server that takes the first name it is offered, whatever
 * it means, and so has not understood what CBOR frames are, gets JSON.
 */
export const JSON_SUBPROTOCOL = 'repram.tree.0';

const OFFERED = [JSON_SUBPROTOCOL, CBOR_SUBPROTOCOL];

const OPTIONS = { ...WS_OPTIONS, followRedirects: false, lookup: guardedLookup };

/** Opens links over WebSocket. */
export class WsDialer implements LinkDialer {
  readonly #links: WsLinks;

  constructor(links: WsLinks) {
    this.#links = links;
  }

  async dial(address: HostPort, timeoutMs: number, signal: AbortSignal): Promise<DialOutcome> {
    const authority = formatHostPort(address);
    if (signal.aborted) return { kind: 'aborted' };
    if (!mayDial(address.host) || !URL.canParse(`ws://${authority}`)) return { kind: 'refused' };
    // The library is loaded with the first link: a node that needs none starts without it.
    const { WebSocket } = await import('ws');
    if (signal.aborted) return { kind: 'aborted' };
    const ws = new WebSocket(`ws://${authority}${TREE_PATH}`, OFFERED, OPTIONS);
    return new Promise((resolve) => new Dialling(this.#links, ws, authority, resolve).begin(timeoutMs, signal));
  }
}

/** One attempt, up to its outcome. */
class Dialling {
  readonly #links: WsLinks;
  readonly #ws: WebSocket;
  readonly #authority: string;
  readonly #resolve: (outcome: DialOutcome) => void;
  #codec: LinkCodec = 'json';
  #answer: IncomingMessage | undefined;
  #stopWaiting: () => void = () => undefined;
  #isOver = false;

  constructor(links: WsLinks, ws: WebSocket, authority: string, resolve: (outcome: DialOutcome) => void) {
    this.#links = links;
    this.#ws = ws;
    this.#authority = authority;
    this.#resolve = resolve;
  }

  begin(timeoutMs: number, signal: AbortSignal): void {
    const abort = (): void => this.#fail('aborted');
    const timer = setTimeout(() => this.#fail('timeout'), timeoutMs);
    timer.unref();
    signal.addEventListener('abort', abort, { once: true });
    this.#stopWaiting = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    };
    this.#ws.on('upgrade', (answer) => this.#upgraded(answer));
    this.#ws.on('unexpected-response', () => this.#fail('rejected'));
    this.#ws.on('error', (error) => this.#fail(this.#kindOf(error)));
    this.#ws.on('open', () => this.#opened());
  }

  /**
   * A server need not select any of the subprotocols (RFC 6455 section 4.2.2), and the field's does not; the library
   * takes that for an error, unless it finds one selected. It does check the name.
   */
  #upgraded(answer: IncomingMessage): void {
    this.#answer = answer;
    const selected = answer.headers['sec-websocket-protocol'];
    if (selected === CBOR_SUBPROTOCOL) this.#codec = 'cbor';
    else if (selected === undefined) answer.headers['sec-websocket-protocol'] = JSON_SUBPROTOCOL;
  }

  #opened(): void {
    const socket = this.#answer?.socket;
    if (this.#isOver || socket === undefined) return this.#ws.terminate();
    this.#end({
      kind: 'open',
      link: this.#links.open({
        ws: this.#ws,
        socket,
        codec: this.#codec,
        remote: this.#authority,
        bytesBefore: 0,
        maxFirstBytes: Number.POSITIVE_INFINITY,
      }),
    });
  }

  /** Whoever says something that is no WebSocket handshake has rejected it; whoever says nothing is not there. */
  #kindOf(error: Error): 'refused' | 'timeout' | 'rejected' {
    const code = 'code' in error ? String(error.code) : '';
    if (this.#answer !== undefined || code === '' || code.startsWith('HPE_')) return 'rejected';
    return outcomeOfError(error).kind === 'timeout' ? 'timeout' : 'refused';
  }

  #fail(kind: 'refused' | 'timeout' | 'rejected' | 'aborted'): void {
    if (this.#isOver) return;
    this.#end({ kind });
    this.#ws.terminate();
  }

  #end(outcome: DialOutcome): void {
    this.#isOver = true;
    this.#stopWaiting();
    this.#resolve(outcome);
  }
}

import { formatHostPort, type HostPort } from '../../../src/gossip/address.js';
import type { Link, LinkCodec } from '../../../src/tree/ports/link.js';
import type { SimProcess } from './process.js';
import type { WallClock } from './process-clock.js';

export interface HostRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface HostAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** How a process takes in links. What it calls runs as input of the process. */
export interface LinkAcceptance {
  /** The best codec it knows. */
  readonly codec: LinkCodec;
  mayAccept(): boolean;
  /** Sets the handlers of a link that has opened, before it returns. */
  accept(link: Link): void;
}

/** A process that listens on a machine. */
export interface Listener {
  readonly process: SimProcess;
  /** None where it takes in no links. */
  readonly links?: LinkAcceptance;
  /**
   * Answers a request of a peer, at once or in its own time; `undefined` where it takes it and never does. Runs as input of
   * the process. What it promises must not be refused.
   */
  answer(request: HostRequest, sender: Machine): HostAnswer | Promise<HostAnswer> | undefined;
}

/** Where processes run: one address, one wall clock, one process at a time. */
export class Machine {
  readonly index: number;
  readonly address: HostPort;
  /** The address as text. */
  readonly name: string;
  readonly wall: WallClock = { offsetMs: 0 };
  /** Who runs there, for the log; the address until somebody does. */
  label: string;
  listener: Listener | undefined;
  /** Without power nothing refuses a connection: all is silent. */
  hasPower = true;
  /** How long each request of a peer takes the process before it answers, one after the other, in milliseconds. */
  serviceMs = 0;
  /** World time until which earlier requests keep the process. */
  servingUntilMs = 0;

  constructor(index: number, address: HostPort) {
    this.index = index;
    this.address = address;
    this.name = formatHostPort(address);
    this.label = this.name;
  }
}

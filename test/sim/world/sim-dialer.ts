import { formatHostPort, type HostPort } from '../../../src/gossip/address.js';
import type { Clock } from '../../../src/gossip/ports/clock.js';
import { mayDial } from '../../../src/node/transport/dial-guard.js';
import type { DialOutcome, LinkCodec, LinkDialer } from '../../../src/tree/ports/link.js';
import type { VirtualClock } from '../../support/virtual-clock.js';
import type { Listener, Machine } from './machine.js';
import type { SimProcess } from './process.js';
import { type LinkObserver, SimLink } from './sim-link.js';
import { type PacketPorts, SimPackets, SYN_RETRY_MS } from './sim-packets.js';
import { SimStream, type StreamFrame } from './sim-stream.js';

/** Makes links between the machines of a world. */
export class SimLinks {
  readonly #ports: PacketPorts;
  readonly #packets: SimPackets;
  readonly #observer: LinkObserver;

  /** The randomness has to be its own, so that links do not change what others draw. */
  constructor(ports: PacketPorts, observer: LinkObserver = {}) {
    this.#ports = ports;
    this.#observer = observer;
    this.#packets = new SimPackets(ports);
  }

  get clock(): VirtualClock {
    return this.#ports.clock;
  }

  /** Asks for a connection, and then, in the name of the process, for a link that speaks `codec` at best. */
  connect(link: SimLink, address: HostPort, codec: LinkCodec): void {
    const [from, to] = [link.machine, this.machineAt(address)];
    const back = (onArrival: () => void, isStill: () => boolean): void =>
      this.#packets.send({ from: to, to: from, bytes: 0, retryMs: SYN_RETRY_MS, isWanted: isStill, onArrival });
    this.#packets.send({
      from,
      to,
      bytes: 0,
      retryMs: SYN_RETRY_MS,
      isWanted: () => !link.isGone,
      onArrival: (path) => {
        const listener = path === 'open' ? to.listener : undefined;
        const refused = (): void => link.reset();
        if (listener === undefined) return back(refused, () => !link.isGone);
        const accepted = this.#accept(link, listener, to);
        const connected = (): void => {
          if (link.isGone) accepted.reset();
          else link.process.input(() => link.say({ kind: 'request', codec }));
        };
        back(connected, () => !accepted.isDark);
      },
    });
  }

  machineAt(address: HostPort): Machine {
    return this.#ports.network.machineAt(address);
  }

  /** The kernel takes the connection; the process answers the request when it gets to it. */
  #accept(link: SimLink, listener: Listener, machine: Machine): SimLink {
    const { clock } = this.#ports;
    const { process } = listener;
    const accepted: SimLink = new SimLink(
      { clock, machine, process, peer: link.machine },
      { on: (frame) => this.#answer(accepted, link, listener, frame) },
    );
    const there = new SimStream(this.#packets, link, accepted);
    const back = new SimStream(this.#packets, accepted, link);
    const observer = this.#observer;
    link.connected({ out: there, in: back, far: accepted, observer });
    accepted.connected({ out: back, in: there, far: link, observer });
    return accepted;
  }

  #answer(accepted: SimLink, link: SimLink, listener: Listener, frame: StreamFrame | 'ended'): void {
    if (frame === 'ended' || frame.kind !== 'request') return;
    const { network, rng } = this.#ports;
    const { busy } = network.conditions(link.machine, accepted.machine);
    const { links } = listener;
    if (links === undefined || !links.mayAccept() || (busy > 0 && rng.next() < busy)) {
      return accepted.say({ kind: 'rejected' });
    }
    const codec = frame.codec === 'cbor' ? links.codec : 'json';
    accepted.say({ kind: 'accepted', codec });
    accepted.opened(codec);
    links.accept(accepted);
  }
}

export interface SimDialerParts {
  readonly links: SimLinks;
  readonly machine: Machine;
  readonly process: SimProcess;
  /** Time as the process sees it. */
  readonly clock: Clock;
}

/** Opens simulated links in the name of one process. */
export class SimDialer implements LinkDialer {
  readonly #parts: SimDialerParts;
  readonly #offer: LinkCodec;

  /** `offer`: the best codec that the process knows. */
  constructor(parts: SimDialerParts, offer: LinkCodec = 'cbor') {
    this.#parts = parts;
    this.#offer = offer;
  }

  dial(address: HostPort, timeoutMs: number, signal: AbortSignal): Promise<DialOutcome> {
    if (signal.aborted) return Promise.resolve({ kind: 'aborted' });
    if (!mayDial(address.host) || !URL.canParse(`ws://${formatHostPort(address)}`)) {
      return Promise.resolve({ kind: 'refused' });
    }
    return new Promise((resolve) => this.#begin(address, timeoutMs, signal, resolve));
  }

  #begin(address: HostPort, timeoutMs: number, signal: AbortSignal, resolve: (outcome: DialOutcome) => void): void {
    const { links, machine, process, clock } = this.#parts;
    let isOver = false;
    const end = (outcome: DialOutcome): void => {
      if (isOver) return;
      isOver = true;
      timer.cancel();
      signal.removeEventListener('abort', abort);
      if (outcome.kind !== 'open') link.terminate();
      resolve(outcome);
    };
    const on = (frame: StreamFrame | 'ended'): void => {
      if (frame === 'ended') end({ kind: 'refused' });
      else if (frame.kind !== 'accepted') end({ kind: 'rejected' });
      else {
        link.opened(frame.codec);
        end({ kind: 'open', link });
      }
    };
    const abort = (): void => end({ kind: 'aborted' });
    const timer = clock.setTimer(timeoutMs, () => end({ kind: 'timeout' }));
    signal.addEventListener('abort', abort, { once: true });
    const link: SimLink = new SimLink({ clock: links.clock, machine, process, peer: links.machineAt(address) }, { on });
    links.connect(link, address, this.#offer);
  }
}

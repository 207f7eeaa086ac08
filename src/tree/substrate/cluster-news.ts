import type { Composer } from '../../gossip/composer.js';
import { memberInfo } from '../../gossip/membership/member.js';
import type { MemberEvent, MemberEventKind } from '../../gossip/membership/member-event.js';
import type { Clock, Timer } from '../../gossip/ports/clock.js';
import type { Rng } from '../../gossip/ports/rng.js';
import { type Self, selfInfo } from '../../gossip/self.js';
import { Ticker } from '../../gossip/ticker.js';
import type { NodeInfo } from '../../gossip/wire/message.js';
import { candidateOf, type TopologySyncFrame, type ViewFrame } from '../frame.js';
import type { Mesh } from '../ports/mesh.js';
import { chooseView } from './alternatives.js';
import type { ChildSocket } from './child-socket.js';
import type { Children } from './children.js';

/** How long changes are gathered before children are told, in milliseconds. */
export const GATHER_MS = 200;
/** Time between two views where nothing has changed but room, in milliseconds. */
export const VIEW_PERIOD_MS = 10_000;

/** Changes after which a member can be attached to that could not be before, or not there. */
const ARRIVALS: ReadonlySet<MemberEventKind> = new Set(['joined', 'returned', 'restarted', 'moved']);
const DEPARTURES: ReadonlySet<MemberEventKind> = new Set(['evicted', 'left', 'removed']);

interface ClusterNewsParts {
  readonly mesh: Mesh;
  readonly children: Children;
  readonly composer: Composer;
  readonly room: () => number;
}

/** Tells the children who is in the cluster: ours by a view of all of it, others of each member that comes. */
export class ClusterNews {
  readonly #ports: { readonly clock: Clock; readonly rng: Rng };
  readonly #self: Self;
  readonly #parts: ClusterNewsParts;
  readonly #ticker: Ticker;
  /** Members that came since children were told, by id. Bounded by the members there are. */
  readonly #arrived = new Map<string, NodeInfo>();
  /** Over how many substrates each child was told last that a quorum is taken. Lives as long as the child. */
  readonly #told = new WeakMap<ChildSocket, number>();
  #timer: Timer | undefined;

  constructor(ports: { readonly clock: Clock; readonly rng: Rng }, self: Self, parts: ClusterNewsParts) {
    this.#ports = ports;
    this.#self = self;
    this.#parts = parts;
    this.#ticker = new Ticker(ports.clock, VIEW_PERIOD_MS, () => this.#sendViews());
  }

  start(): void {
    this.#ticker.start();
  }

  stop(): void {
    this.#ticker.stop();
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#arrived.clear();
  }

  /** What a child of this implementation is told right after the welcome. */
  greet(child: ChildSocket): void {
    if (child.isOurs) this.#show(child, this.#view(child.enclave));
  }

  /**
   * To be called before an acknowledgement goes down. A member that has proved to be there is counted from then on, and no
   * change tells of it: whoever has the acknowledgement has to know of the count that it makes a part of.
   */
  beforeAck(child: ChildSocket): void {
    if (this.#told.get(child) !== this.#parts.mesh.basis(child.enclave)) this.greet(child);
  }

  membersChanged(changes: readonly MemberEvent[]): void {
    if (this.#parts.children.size === 0) return;
    for (const { kind, member } of changes) {
      if (ARRIVALS.has(kind)) this.#arrived.set(member.id, memberInfo(member));
      else if (DEPARTURES.has(kind)) this.#arrived.delete(member.id);
      else continue;
      this.#timer ??= this.#ports.clock.setTimer(GATHER_MS, () => this.#tell());
    }
  }

  #tell(): void {
    this.#timer = undefined;
    const arrived = [...this.#arrived.values()];
    this.#arrived.clear();
    this.#sendViews();
    const foreign = this.#parts.children.attached().filter((child) => !child.isOurs);
    if (foreign.length === 0) return;
    for (const info of arrived) {
      const frame: TopologySyncFrame = { type: 'topology_sync', message: this.#parts.composer.sync(info) };
      for (const child of foreign) child.send(frame);
    }
  }

  /** One frame for all children of an enclave, so that it is encoded once. */
  #sendViews(): void {
    const views = new Map<string, ViewFrame>();
    for (const child of this.#parts.children.attached()) {
      if (!child.isOurs) continue;
      const view = views.get(child.enclave) ?? this.#view(child.enclave);
      views.set(child.enclave, view);
      this.#show(child, view);
    }
  }

  #show(child: ChildSocket, view: ViewFrame): void {
    this.#told.set(child, view.basis);
    child.send(view);
  }

  #view(enclave: string): ViewFrame {
    const { mesh, room } = this.#parts;
    const members = mesh.nodes().filter(({ id }) => id !== this.#self.id);
    const self = candidateOf(selfInfo(this.#self), room());
    const seen = chooseView(this.#ports.rng, self, members, enclave, (id) => mesh.roomOf(id));
    return { type: 'view', basis: mesh.basis(enclave), members: seen };
  }
}

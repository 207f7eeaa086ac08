import type { Self } from '../../gossip/self.js';
import type { HelloFrame } from '../frame.js';
import type { Mesh } from '../ports/mesh.js';
import type { FrameAge } from '../ports/signer.js';
import type { Verdict } from './child-state.js';
import type { Children } from './children.js';
import type { Contests } from './contests.js';
import type { Spreading } from './spreading.js';

interface AdmissionParts {
  readonly mesh: Mesh;
  readonly children: Children;
  readonly contests: Contests;
  readonly spreading: Spreading;
  readonly age: FrameAge;
  /** Whether the cluster has a secret. */
  readonly areSigned: boolean;
  readonly isDraining: () => boolean;
}

/** Who is taken for a child. */
export class Admission {
  readonly #self: Self;
  readonly #maxChildren: number;
  readonly #parts: AdmissionParts;

  constructor(self: Self, maxChildren: number, parts: AdmissionParts) {
    this.#self = self;
    this.#maxChildren = maxChildren;
    this.#parts = parts;
  }

  /** How many more children there is room for. */
  get room(): number {
    const { children, isDraining } = this.#parts;
    return isDraining() ? 0 : Math.max(0, this.#maxChildren - children.size);
  }

  /**
   * Whoever claims the id of a child claims its place, and needs none besides. A second claim while one is examined is
   * turned down. One that is new is sent on once at most, and only where it is of this implementation: any other takes a goodbye for
   * the last word.
   */
  judge({ nodeId, enclave, extension }: HelloFrame): Verdict {
    const { mesh, children, contests, spreading, age, areSigned, isDraining } = this.#parts;
    if (areSigned && extension !== undefined && !age.admitsFrom(nodeId, extension.sentMs)) return 'outdated';
    if (nodeId === this.#self.id || mesh.isLiveMember(nodeId)) return 'id-taken';
    if (isDraining()) return 'draining';
    if (children.get(nodeId) !== undefined) return contests.isFree(nodeId) ? 'contested' : 'id-taken';
    if (this.room === 0) return 'at-capacity';
    const mayBeSentOn = extension !== undefined && extension.isRedirected === undefined;
    const own = { room: this.room, children: children.size };
    return mayBeSentOn && spreading.isUneven(enclave, own) ? 'elsewhere' : 'admitted';
  }
}

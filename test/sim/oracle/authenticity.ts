import { versionText } from '../world/texts.js';
import type { World } from '../world/world.js';
import { writeText } from './describe.js';
import type { Invariant, Sighting } from './invariant.js';
import { INVARIANTS } from './names.js';

/** Whatever a node stores, a client wrote under that key: nothing is made up on the way, or mixed up. */
export class ValuesAreGenuine implements Invariant {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  offered({ node, entry, outcome, write }: Sighting): void {
    if (outcome !== 'stored' || write?.key === entry.key) return;
    const what = write === undefined ? 'which nobody wrote' : `of ${writeText(write)}`;
    const detail = `${node.id} stored a value of ${entry.bytes.byteLength} bytes under ${entry.key}, version ${versionText(entry.version)}, ${what}`;
    this.#world.violated(INVARIANTS.authenticity, detail);
  }
}

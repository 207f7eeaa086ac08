import type { PutStatus } from '../world/host.js';
import type { WriteOperation } from '../world/operation.js';
import type { World } from '../world/world.js';
import { isUp, type Seat } from './cluster.js';

/** Above the write timeout of 5 s: every write has its answer by then. */
export const ANSWERED_MS = 6000;

const TTL_SECONDS = 600;

/** One write at each of the nodes, all of which are to be answered with one status; else it is a violation. */
export async function expectStatus(
  world: World,
  seats: readonly Seat[],
  status: PutStatus,
  when: string,
): Promise<readonly WriteOperation[]> {
  const writes = writeAt(world, seats, when);
  await world.run(ANSWERED_MS);
  for (const write of writes) {
    if (write.status === status) continue;
    world.violated(`writes are answered ${status} ${when}`, `${write.host.id} said ${write.status ?? 'nothing'}`);
  }
  await world.run(0);
  return writes;
}

/** One write to a key of its own at each of the nodes that run. */
export function writeAt(world: World, seats: readonly Seat[], label: string): readonly WriteOperation[] {
  return seats
    .filter(isUp)
    .flatMap(({ node }) => (node === undefined ? [] : [node]))
    .map((node) => world.clients.put(node, `${node.enclave}/${label.replaceAll(' ', '-')}-${node.id}`, TTL_SECONDS));
}

/** Says that it is a violation where a node does not read the value of a write. */
export function expectRead(world: World, seats: readonly Seat[], write: WriteOperation, when: string): void {
  for (const { node } of seats) {
    if (node === undefined) continue;
    const read = world.clients.get(node, write.key);
    if (read?.value !== write.value) world.violated(`values are read ${when}`, `${node.id} lacks write ${write.id}`);
  }
}

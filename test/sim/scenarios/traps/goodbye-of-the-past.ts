import type { World } from '../../world/world.js';
import { Cluster, isUp, reached, running, type Seat } from '../cluster.js';
import type { Scenario } from '../scenario.js';
import { CHECKS } from './checks.js';

const BEHIND_MS = 120_000;
const MINUTE_MS = 60_000;

/** From now on nothing gets through between the two, either way; until it is called again with `false`. */
function part(world: World, a: Seat, b: Seat, isCut = true): void {
  const [one, other] = [world.network.machineAt(a.address), world.network.machineAt(b.address)];
  const silent = isCut ? ({ path: 'silent' } as const) : undefined;
  world.network.setLink(one, other, silent);
  world.network.setLink(other, one, silent);
}

/**
 * Only one node ever knew the former process. It tells of its goodbye when the others have just come to know the successor,
 * whose clock is behind: a goodbye names no process, and so it is the successor that they hold to have left.
 */
export const goodbyeOfThePast: Scenario = {
  name: 'goodbye-of-the-past',
  summary:
    'a node is back with its clock behind when its former goodbye comes to those who never knew that; all list it',
  play: async (world, oracle) => {
    const cluster = await running(new Cluster(world, { seeds: 1 }), 4);
    const [seed, other, teller, gone] = cluster.seats;
    if (seed === undefined || other === undefined || teller === undefined || gone?.node === undefined) return;
    const anew = [seed, other];
    for (const seat of anew) for (const former of [teller, gone]) part(world, seat, former);
    for (const seat of anew) if (seat.node !== undefined) world.kill(seat.node);
    for (const seat of anew) cluster.start(seat);
    await world.run(2000);
    for (const seat of anew) part(world, seat, teller, false);
    await reached(world, 'the teller is known', () => anew.every((seat) => lists(seat, teller)), 2000);
    await leaveAtOnce(world, gone);
    for (const seat of anew) part(world, seat, gone, false);
    part(world, teller, gone);
    world.jumpClock(gone.node, -BEHIND_MS);
    cluster.start(gone);
    await world.run(1000);
    await reached(world, CHECKS.returned, () => anew.every((seat) => lists(seat, gone)), MINUTE_MS / 6);
    part(world, teller, gone, false);
    await cluster.allKnowAllWithin(MINUTE_MS);
    await oracle.atRest();
  },
};

/** It says goodbye to whom it reaches, and does not wait for the others. */
async function leaveAtOnce(world: World, { node }: Seat): Promise<void> {
  if (node === undefined) return;
  void world.leave(node);
  await world.run(20);
  world.kill(node);
}

function lists(seat: Seat, other: Seat): boolean {
  return isUp(seat) && seat.node?.peers.includes(other.id) === true;
}

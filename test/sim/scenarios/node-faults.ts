import type { SimNode } from '../world/node.js';
import { isUp, type Seat, seatName } from './cluster.js';
import { between, chance, pick } from './draw.js';
import type { Episode, Fault, FaultSite } from './fault.js';

/** How far apart the clocks of machines are that an operator looks after; beyond 60 s, versions are not taken over. */
const SMALL_SKEW_MS = 5000;
const LARGE_SKEW_MS = 90_000;
const LARGE_SKEW_SHARE = 0.1;

/** SIGKILL, and started again. */
const crash: Fault = (site) => down(site, 'crash', 15_000, (node) => site.world.kill(node));

/** The machine goes dark, and comes back. */
const powerLoss: Fault = (site) => down(site, 'power loss', 20_000, (node) => site.world.cutPower(node));

/** An orderly shutdown, and started again. */
const leaving: Fault = (site) => down(site, 'leave', 15_000, (node) => void site.world.leave(node));

/** The event loop stands still. */
const pause: Fault = (site) => {
  const node = pick(site.rng, site.cluster.nodes);
  if (node === undefined || node.process.isStalled) return undefined;
  const lastsMs = between(site.rng, 1000, 30_000);
  site.world.stall(node, lastsMs);
  return { text: `pause ${node.id}`, lastsMs, end: () => node.process.resume() };
};

/** The clock of a machine is set, forward or back, and set right later. */
const clockJump: Fault = (site) => {
  const node = pick(site.rng, site.cluster.nodes);
  if (node === undefined) return undefined;
  const reach = chance(site.rng, LARGE_SKEW_SHARE) ? LARGE_SKEW_MS : SMALL_SKEW_MS;
  const byMs = Math.round(between(site.rng, -reach, reach));
  site.world.jumpClock(node, byMs);
  return {
    text: `clock of ${node.id}`,
    lastsMs: between(site.rng, 1000, 30_000),
    end: () => site.world.jumpClock(node, -byMs),
  };
};

/** A process that takes its time with every request of a peer, one after the other. */
const slowProcess: Fault = (site) => {
  const node = pick(site.rng, site.cluster.nodes);
  if (node === undefined || node.machine.serviceMs > 0) return undefined;
  const { machine } = node;
  machine.serviceMs = between(site.rng, 2, 150);
  return {
    text: `slow ${node.id}, ${machine.serviceMs.toFixed(0)} ms`,
    lastsMs: between(site.rng, 2000, 20_000),
    end: () => {
      machine.serviceMs = 0;
      machine.servingUntilMs = 0;
    },
  };
};

/** What can happen to nodes, by name. */
export const NODE_FAULTS: Readonly<Record<string, Fault>> = {
  crash,
  'power-loss': powerLoss,
  leave: leaving,
  pause,
  'clock-jump': clockJump,
  slow: slowProcess,
};

/** The node of a seat is brought down, and is started again when the episode is over, unless something else did so. */
function down(site: FaultSite, text: string, maxMs: number, stop: (node: SimNode) => void): Episode | undefined {
  const seat = pick(site.rng, site.cluster.up);
  const node = seat?.node;
  if (seat === undefined || node === undefined) return undefined;
  const back = drawReturn(site, seat);
  stop(node);
  site.returning.add(node);
  const end = (): void => whenEnded(site, node, () => !isUp(seat) && back.begin());
  return { text: `${text} of ${seatName(seat)}, back ${back.text}`, lastsMs: between(site.rng, 50, maxMs), end };
}

/** A node that shuts down in order may take longer than its episode. Its process ends within the drain timeout. */
function whenEnded(site: FaultSite, node: SimNode, begin: () => void): void {
  if (!node.process.hasEnded) {
    site.world.after(100, () => whenEnded(site, node, begin));
    return;
  }
  site.returning.delete(node);
  begin();
}

interface Return {
  readonly text: string;
  readonly begin: () => void;
}

/**
 * As whom and where a node comes back. A seed keeps its address: whoever starts later has no other way to find the cluster,
 * and would rightly stay alone.
 */
function drawReturn(site: FaultSite, seat: Seat): Return {
  const { world, cluster, rng } = site;
  const drawn = rng.next();
  const start = (): void => cluster.start(seat);
  if (drawn < 0.6) return { text: 'as it was', begin: start };
  if (drawn < 0.75) {
    const backMs = between(rng, 1000, LARGE_SKEW_MS);
    const begin = (): void => {
      cluster.machine(seat).wall.offsetMs -= Math.round(backMs);
      world.note('fault', `clock set back by ${backMs.toFixed(0)} ms before the start`, seat.id);
      start();
    };
    return { text: 'with its clock set back', begin };
  }
  if (drawn < 0.87 || seat.seeds.includes(seat.address)) {
    return {
      text: 'under a new id',
      begin: () => {
        renew(seat);
        start();
      },
    };
  }
  return {
    text: 'at a new address',
    begin: () => {
      seat.address = cluster.freshAddress();
      start();
    },
  };
}

function renew(seat: Seat): void {
  const [stem, number = '1'] = seat.id.split('.');
  seat.id = `${stem}.${Number(number) + 1}`;
}

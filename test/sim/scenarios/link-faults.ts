import { sample } from '../../../src/gossip/ports/rng.js';
import type { Conditions, Path } from '../world/conditions.js';
import type { Machine } from '../world/machine.js';
import { between, chance, pick, wholeBetween } from './draw.js';
import type { Episode, Fault, FaultSite } from './fault.js';
import type { LinkChange } from './link-layers.js';

const SHORT_MS = [1000, 20_000] as const;

/** Recovery and topology sync come every 30 s: these outlast them. */
const LONG_MS = [20_000, 60_000] as const;

const CUTS: readonly Path[] = ['silent', 'silent', 'refused', 'reset'];

/** Two or three groups of any size that do not reach each other. */
const partition: Fault = (site) => {
  const groupCount = wholeBetween(site.rng, 2, 3);
  const groups = new Map<Machine, number>();
  for (const machine of machinesOf(site)) groups.set(machine, wholeBetween(site.rng, 1, groupCount));
  return cut(site, 'partition', (from, to) => groups.get(from) !== groups.get(to));
};

/** Two groups that do not reach each other, and some in between who reach and are reached by both. */
const bridge: Fault = (site) => {
  const sides = new Map<Machine, number>();
  for (const machine of machinesOf(site)) sides.set(machine, chance(site.rng, 0.15) ? 0 : wholeBetween(site.rng, 1, 2));
  return cut(site, 'bridge', (from, to) => (sides.get(from) ?? 0) * (sides.get(to) ?? 0) === 2);
};

/** What one machine sends arrives nowhere, or nothing arrives there. */
const oneWay: Fault = (site) => {
  const machine = pick(site.rng, machinesOf(site));
  const isOut = chance(site.rng, 0.5);
  return cut(site, `one-way ${isOut ? 'from' : 'to'} ${machine?.label}`, (from, to) => (isOut ? from : to) === machine);
};

/** Connections of one pair that take everything one way and deliver nothing. */
const halfOpen: Fault = (site) => {
  const [from, to] = sample(site.rng, machinesOf(site), 2);
  if (from === undefined || to === undefined) return undefined;
  return changed(site, `half-open ${from.label} to ${to.label}`, [{ from, to, conditions: { path: 'silent' } }]);
};

/** The links of a machine come and go, several times a second or every few seconds. */
const flapping: Fault = (site) => {
  const machine = pick(site.rng, machinesOf(site));
  if (machine === undefined) return undefined;
  const periodMs = between(site.rng, 100, 4000);
  const changes = linksOf(site, machine, { path: 'silent' });
  let takeOff = site.links.lay(changes);
  let isOver = false;
  let isCut = true;
  const flap = (): void => {
    if (isOver) return;
    if (isCut) takeOff();
    else takeOff = site.links.lay(changes);
    isCut = !isCut;
    site.world.after(periodMs, flap);
  };
  site.world.after(periodMs, flap);
  const end = (): void => {
    isOver = true;
    takeOff();
  };
  return { text: `flapping ${machine.label} every ${periodMs.toFixed(0)} ms`, lastsMs: lasting(site), end };
};

/** A machine on a bad line. */
function badLine(name: string, draw: (site: FaultSite) => Partial<Conditions>): Fault {
  return (site) => {
    const machine = pick(site.rng, machinesOf(site));
    if (machine === undefined) return undefined;
    return changed(site, `${name} ${machine.label}`, linksOf(site, machine, draw(site)));
  };
}

/** What can happen to links, by name. */
export const LINK_FAULTS: Readonly<Record<string, Fault>> = {
  partition,
  bridge,
  'one-way': oneWay,
  'half-open': halfOpen,
  flapping,
  'lossy-line': badLine('lossy-line', ({ rng }) => ({ loss: between(rng, 0.1, 0.7) })),
  'slow-line': badLine('slow-line', ({ rng }) => ({
    delay: { kind: 'long-tail', medianMs: between(rng, 20, 400), sigma: between(rng, 0.5, 1.5) },
  })),
  'narrow-line': badLine('narrow-line', ({ rng }) => ({ bytesPerSecond: between(rng, 2000, 50_000) })),
  busy: badLine('busy', ({ rng }) => ({ busy: between(rng, 0.2, 1) })),
};

function machinesOf({ cluster, others }: FaultSite): readonly Machine[] {
  return [...cluster.seats.map((seat) => cluster.machine(seat)), ...others];
}

function lasting({ rng, longLinkShare }: FaultSite): number {
  const [minMs, maxMs] = longLinkShare > 0 && chance(rng, longLinkShare) ? LONG_MS : SHORT_MS;
  return between(rng, minMs, maxMs);
}

function linksOf(site: FaultSite, machine: Machine, conditions: Partial<Conditions>): readonly LinkChange[] {
  return machinesOf(site)
    .filter((other) => other !== machine)
    .flatMap((other) => [
      { from: machine, to: other, conditions },
      { from: other, to: machine, conditions },
    ]);
}

function cut(site: FaultSite, text: string, isCut: (from: Machine, to: Machine) => boolean): Episode {
  const machines = machinesOf(site);
  const path = pick(site.rng, CUTS) ?? 'silent';
  const changes = machines.flatMap((from) =>
    machines.filter((to) => to !== from && isCut(from, to)).map((to) => ({ from, to, conditions: { path } })),
  );
  return changed(site, `${text}, ${changes.length} links ${path}`, changes);
}

function changed(site: FaultSite, text: string, changes: readonly LinkChange[]): Episode {
  return { text, lastsMs: lasting(site), end: site.links.lay(changes) };
}

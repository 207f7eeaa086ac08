import type { Drill, DrillName } from './drill.js';
import { drop } from './drills/drop.js';
import { halves } from './drills/halves.js';
import { join } from './drills/join.js';
import { kill } from './drills/kill.js';
import { OMEGA_ISOLATION_DRILLS } from './drills/omega-isolation.js';
import { omegaStart } from './drills/omega-start.js';
import { REATTACH_DRILLS } from './drills/reattach.js';
import { reattachMany } from './drills/reattach-many.js';
import { restart } from './drills/restart.js';
import { seeds } from './drills/seeds.js';
import { stop } from './drills/stop.js';

const ALL: readonly Drill[] = [
  kill,
  stop,
  drop,
  halves,
  join,
  restart,
  ...REATTACH_DRILLS,
  reattachMany,
  omegaStart,
  ...OMEGA_ISOLATION_DRILLS,
  seeds,
];

export const DRILLS: ReadonlyMap<DrillName, Drill> = new Map(ALL.map((drill) => [drill.name, drill]));

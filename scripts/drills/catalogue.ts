import type { Drill, DrillName } from './drill.js';
import { drop } from './drills/drop.js';
import { halves } from './drills/halves.js';
import { join } from './drills/join.js';
import { kill } from './drills/kill.js';
import { restart } from './drills/restart.js';
import { stop } from './drills/stop.js';

export const DRILLS: Readonly<Record<DrillName, Drill>> = { kill, stop, drop, halves, join, restart };

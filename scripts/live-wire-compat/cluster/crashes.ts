import { type Check, Deviations, type Group, type Measurements, noted, passed } from '../check.js';
import { expect } from '../expect.js';
import type { Arena } from './arena.js';
import { crashEachKind } from './crash-trial.js';

/** A write that misses its quorum is answered at the write timeout, 5 s; the rest is this machine's leisure. */
const WRITE_BOUND_MS = 8000;

const writes: Check<Arena> = {
  id: 'crash.writes',
  title: 'After kill -9 of a node of each kind in turn, writes on the others keep being answered',
  reference: 'Client API: PUT',
  level: 'required',
  async run(arena) {
    const statuses: string[] = [];
    for (const trial of await arena.found(crashEachKind)) {
      for (const { on, status, elapsedMs } of trial.writes) {
        expect(status === 201 || status === 202, `without ${trial.victim.name}, PUT on ${on.name}: ${status}`);
        expect(elapsedMs <= WRITE_BOUND_MS, `without ${trial.victim.name}, PUT on ${on.name}: ${elapsedMs} ms`);
        statuses.push(`${status} in ${Math.round(elapsedMs)} ms`);
      }
    }
    return passed(statuses.join(', '));
  },
};

const evicted: Check<Arena> = {
  id: 'crash.evicted',
  title: 'The survivors evict it',
  reference: 'Messages: PING, three strikes',
  level: 'required',
  async run(arena) {
    const found = new Deviations();
    const measured: Record<string, number> = {};
    const seen: string[] = [];
    let strict = false;
    for (const { victim, evictions } of await arena.found(crashEachKind)) {
      for (const { by, afterMs } of evictions) {
        const what = `${victim.name} by ${by.name}`;
        if (afterMs === undefined) {
          strict ||= arena.isStrictFor(by.kind);
          found.unless(false, `${what}: not within ${arena.options.evictionTimeoutMs / 1000} s`);
        } else {
          measured[`${what} ms`] = Math.round(afterMs);
          seen.push(`${what}: ${(afterMs / 1000).toFixed(1)} s`);
        }
      }
    }
    return found.verdict(strict, seen.join('; '), measured);
  },
};

const rejoined: Check<Arena> = {
  id: 'crash.rejoined',
  title: 'Started again, it is back in every list and gets writes again',
  reference: 'Bootstrap',
  level: 'required',
  async run(arena) {
    const measured: Record<string, number> = {};
    for (const { victim, rejoinedMs, rejoinError, servedMs } of await arena.found(crashEachKind)) {
      expect(rejoinedMs !== undefined, `${victim.name}: ${rejoinError ?? 'not back'}`);
      expect(servedMs !== undefined, `${victim.name}: a write after its return did not reach every node`);
      measured[`${victim.name} ms`] = Math.round(rejoinedMs);
    }
    return passed(describe(measured), measured);
  },
};

const caughtUp: Check<Arena> = {
  id: 'crash.caught-up',
  title: 'Whether it has what was written while it was away, within five seconds of its return',
  reference: 'none: nodes in the field do not repair',
  level: 'info',
  async run(arena) {
    const trials = await arena.found(crashEachKind);
    const behind = trials.filter((trial) => !trial.caughtUp).map((trial) => trial.victim.name);
    return behind.length === 0 ? passed() : noted(`without it: ${behind.join(', ')}`);
  },
};

function describe(measured: Measurements): string {
  return Object.entries(measured)
    .map(([name, value]) => `${name.replace(/ ms$/, '')}: ${value} ms`)
    .join('; ');
}

export const crashesGroup: Group<Arena> = {
  title: 'Crash and return',
  checks: [writes, evicted, rejoined, caughtUp],
};

import { describe, expect, it } from 'vitest';
import {
  EVENT_KINDS,
  type EventKind,
  PHASES,
  type Phase,
  stateOf,
  stepOf,
} from '../../../../src/tree/transient/state.js';

/** As the table of docs/tree.md says it: what is done, and where it leads, in the order of `COLUMNS`. `-`: ignored. */
const COLUMNS: readonly Phase[] = [
  'detached',
  'dialling',
  'greeting',
  'attached',
  'moving: pausing',
  'moving: dialling',
  'moving: greeting',
  'stopped',
];

type Expected = readonly string[];

const ROWS: Readonly<Record<EventKind, Expected>> = {
  due: ['seek>dialling', '-', '-', '-', 'seek>moving: dialling', '-', '-', '-'],
  opened: [
    'discard>detached',
    'greet>greeting',
    'reserve>greeting',
    'discard>attached',
    'discard>moving: pausing',
    'greet>moving: greeting',
    'reserve>moving: greeting',
    'discard>stopped',
  ],
  next: ['-', 'dial>dialling', '-', '-', '-', 'dial>moving: dialling', '-', '-'],
  exhausted: ['-', 'pause>detached', '-', '-', '-', 'pause>moving: pausing', '-', '-'],
  welcomed: [
    'discard>detached',
    'discard>dialling',
    'attach>attached',
    'discard>attached',
    'discard>moving: pausing',
    'discard>moving: dialling',
    'attach>attached',
    'discard>stopped',
  ],
  turnedAway: ['-', '-', 'heed>dialling', '-', '-', '-', 'heed>moving: dialling', '-'],
  failed: ['-', '-', 'proceed>dialling', '-', '-', '-', 'proceed>moving: dialling', '-'],
  mirrored: ['-', '-', 'shun>dialling', '-', '-', '-', 'shun>moving: dialling', '-'],
  farewell: [
    '-',
    '-',
    '-',
    'move>moving: dialling',
    'hurry>moving: dialling',
    'widen>moving: dialling',
    'widen>moving: greeting',
    '-',
  ],
  lost: ['-', '-', '-', 'recover>dialling', 'recover>dialling', 'carryOn>dialling', 'carryOn>greeting', '-'],
  homeKnown: ['-', '-', '-', 'goHome>moving: dialling', '-', '-', '-', '-'],
  stop: [...Array.from({ length: 7 }, () => 'leave>stopped'), '-'],
};

describe('the table of a transient', () => {
  const cells = EVENT_KINDS.flatMap((kind) =>
    COLUMNS.map((phase, column): [EventKind, Phase, string | undefined] => [kind, phase, ROWS[kind][column]]),
  );

  it('has a cell for every event in every phase', () => {
    expect([...PHASES].sort()).toEqual([...COLUMNS].sort());
    expect([...EVENT_KINDS].sort()).toEqual(Object.keys(ROWS).sort());
    expect(cells).toHaveLength(12 * 8);
  });

  it.each(cells)('%s while %s: %s', (kind, phase, expected) => {
    const { act, to } = stepOf(phase, kind);
    expect(act === 'ignore' ? '-' : `${act}>${to}`).toBe(expected);
    if (act === 'ignore') expect(to).toBe(phase);
  });

  it('leads nowhere from where it has stopped', () => {
    for (const kind of EVENT_KINDS) expect(stepOf('stopped', kind).to).toBe('stopped');
  });

  it('leads from every phase to an attachment, by some events', () => {
    for (const start of PHASES.filter((phase) => phase !== 'stopped')) {
      const reached = new Set<Phase>([start]);
      for (const phase of reached) for (const kind of EVENT_KINDS) reached.add(stepOf(phase, kind).to);
      expect(reached).toContain('attached');
    }
  });

  it('shows one state for all phases of moving', () => {
    expect(PHASES.map(stateOf).filter((state) => state === 'moving')).toHaveLength(3);
    expect(stateOf('greeting')).toBe('greeting');
  });
});

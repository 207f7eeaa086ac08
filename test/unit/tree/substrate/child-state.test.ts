import { describe, expect, it } from 'vitest';
import {
  CHILD_EVENTS,
  CHILD_STATES,
  type ChildAction,
  type ChildEvent,
  type ChildState,
  childTransition,
} from '../../../../src/tree/substrate/child-state.js';

/** `–` where nothing happens; else the state it comes to, if it is another, and what is done. */
function cell(state: ChildState, event: ChildEvent): string {
  const { to, actions } = childTransition(state, event);
  if (to === state && actions.length === 0) return '–';
  return [...actions.map(describeAction), ...(to === state ? [] : [`→ ${to}`])].join(', ');
}

function describeAction(action: ChildAction): string {
  switch (action.kind) {
    case 'goodbye':
      return `goodbye ${action.reason}`;
    case 'close':
      return `close ${action.code}`;
    case 'refuse':
      return `refuse ${action.reason} ${action.code}`;
    default:
      return action.kind;
  }
}

const END = 'terminate, → closed';
const GONE = 'close 1000, → closed';
const AWAY = 'close 1001, → closed';
const BAD = 'close 1008, → closed';
const TAKEN = 'refuse id taken 1008, → closed';

/** docs/tree.md, "The socket of a child, at the substrate", by event: waiting, contesting, attached, leaving, closed. */
const EXPECTED: Readonly<Record<ChildEvent, readonly [string, string, string, string, string]>> = {
  admitted: ['welcome, → attached', '–', '–', '–', '–'],
  contested: ['contest, → contesting', '–', '–', '–', '–'],
  'id-taken': [TAKEN, '–', '–', '–', '–'],
  'at-capacity': ['refuse at capacity 1000, → closed', '–', '–', '–', '–'],
  elsewhere: ['refuse more room elsewhere 1000, → closed', '–', '–', '–', '–'],
  draining: ['refuse shutdown 1000, → closed', '–', '–', '–', '–'],
  outdated: [BAD, '–', '–', '–', '–'],
  'hello-again': ['–', BAD, BAD, '–', '–'],
  work: [BAD, '–', 'handle', 'handle', '–'],
  talk: [BAD, '–', 'handle', '–', '–'],
  unreadable: [BAD, BAD, BAD, BAD, '–'],
  'no-hello': [BAD, '–', '–', '–', '–'],
  'rival-alive': ['–', TAKEN, '–', '–', '–'],
  'rival-gone': ['–', 'welcome, → attached', '–', '–', '–'],
  ousted: ['–', '–', END, END, '–'],
  goodbye: [GONE, GONE, GONE, GONE, '–'],
  silent: ['–', '–', END, END, '–'],
  overfull: ['–', '–', 'goodbye too slow, close 1013, → closed', END, '–'],
  flooded: [BAD, BAD, 'goodbye too many frames, close 1008, → closed', BAD, '–'],
  drain: [AWAY, AWAY, 'goodbye shutdown, → leaving', '–', '–'],
  'drain-over': ['–', '–', '–', AWAY, '–'],
  ended: ['→ closed', '→ closed', '→ closed', '→ closed', '–'],
};

describe('childTransition', () => {
  const cells = CHILD_EVENTS.flatMap((event) =>
    CHILD_STATES.map((state, at): [ChildState, ChildEvent, string | undefined] => [state, event, EXPECTED[event][at]]),
  );

  it.each(cells)('%s, %s: %s', (state, event, expected) => {
    expect(cell(state, event)).toBe(expected);
  });

  it('knows every event', () => {
    expect([...CHILD_EVENTS].sort()).toEqual(Object.keys(EXPECTED).sort());
    expect(cells).toHaveLength(5 * 22);
  });

  it('closes by the last action, and says nothing afterwards', () => {
    for (const [state, event] of cells) {
      const { to, actions } = childTransition(state, event);
      const last = actions.at(-1)?.kind;
      if (to === 'closed' && actions.length > 0) expect(['close', 'refuse', 'terminate']).toContain(last);
      const ends = actions.filter(({ kind }) => kind === 'close' || kind === 'refuse' || kind === 'terminate');
      expect(ends.length > 0 && to !== 'closed').toBe(false);
    }
  });
});

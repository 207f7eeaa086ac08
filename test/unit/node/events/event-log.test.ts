import { beforeEach, describe, expect, it } from 'vitest';
import { EventLog, MAX_KEPT_EVENTS } from '../../../../src/node/events/event-log.js';
import type { NodeEvent } from '../../../../src/node/events/node-event.js';
import { RecordingLog } from '../../../support/ports.js';
import { VIRTUAL_START_MS, VirtualClock } from '../../../support/virtual-clock.js';

let clock: VirtualClock;
let log: RecordingLog;
let events: EventLog;
beforeEach(() => {
  clock = new VirtualClock();
  log = new RecordingLog();
  events = new EventLog({ clock, log });
});

function emit(count = 1): void {
  for (let i = 0; i < count; i++) events.emit({ kind: 'recovery-started' });
}

const ids = (list: readonly NodeEvent[]) => list.map(({ id }) => id - VIRTUAL_START_MS);
const replay = (after: number) => {
  const { from, hasGap, events: missed } = events.after(VIRTUAL_START_MS + after);
  return { from: from - VIRTUAL_START_MS, hasGap, ids: ids(missed) };
};

describe('EventLog', () => {
  it('NumbersWithoutHoles_FromTheTimeOfTheStart_SoThatTheNextProcessGoesOnAbove', () => {
    const seen: NodeEvent[] = [];
    events.subscribe((event) => seen.push(event));
    emit();
    clock.advance(1000);
    emit();
    expect(seen).toEqual([
      { id: VIRTUAL_START_MS + 1, at: '2026-11-20T22:55:40.000Z', kind: 'recovery-started' },
      { id: VIRTUAL_START_MS + 2, at: '2026-11-20T22:55:41.000Z', kind: 'recovery-started' },
    ]);
    expect(new EventLog({ clock, log }).lastId).toBeGreaterThan(events.lastId);
  });

  it('ReplaysWhatWasMissed_AndNothingToWhoMissedNothing', () => {
    emit(5);
    expect(replay(3)).toEqual({ from: 3, hasGap: false, ids: [4, 5] });
    expect(replay(0)).toEqual({ from: 0, hasGap: false, ids: [1, 2, 3, 4, 5] });
    expect(replay(5)).toEqual({ from: 5, hasGap: false, ids: [] });
  });

  it('KeepsTheLast_AndSaysWhereThereIsAHole', () => {
    emit(MAX_KEPT_EVENTS + 10);
    const complete = replay(10);
    expect(complete).toMatchObject({ from: 10, hasGap: false });
    expect(complete.ids).toEqual(Array.from({ length: MAX_KEPT_EVENTS }, (_, i) => i + 11));
    expect(replay(9)).toMatchObject({ from: 10, hasGap: true });
    expect(replay(9).ids).toEqual(complete.ids);
  });

  it('AnIdOfAFormerProcessOrOfTheFuture_IsAGap', () => {
    emit(2);
    expect(replay(-1)).toEqual({ from: 0, hasGap: true, ids: [1, 2] });
    expect(replay(3)).toEqual({ from: 0, hasGap: true, ids: [1, 2] });
  });

  it('ASubscriberThatComesLate_GetsWhatIsKept_ThenGoesOn', () => {
    const seen: NodeEvent[] = [];
    emit(2);
    events.subscribe((event) => seen.push(event), { since: 0 });
    emit();
    expect(ids(seen)).toEqual([1, 2, 3]);
  });

  it('OneOfTwoSubscriptionsOfAFunction_EndsByItself_AlsoInTheMiddleOfAnEvent', () => {
    const seen: string[] = [];
    const both = () => void seen.push('both');
    const ends: (() => void)[] = [];
    events.subscribe(() => {
      for (const end of ends) end();
    });
    ends.push(events.subscribe(both));
    events.subscribe(both);
    emit();
    expect(seen).toEqual(['both']);
  });

  it('AListenerThatThrows_HarmsNobody_AndIsLogged', () => {
    const seen: NodeEvent[] = [];
    events.subscribe(() => {
      throw new Error('my fault');
    });
    events.subscribe((event) => seen.push(event));
    emit();
    expect(seen).toHaveLength(1);
    expect(log.lines).toEqual([
      {
        level: 'error',
        message: 'a listener to events failed',
        fields: { kind: 'recovery-started', reason: 'my fault' },
      },
    ]);
  });
});

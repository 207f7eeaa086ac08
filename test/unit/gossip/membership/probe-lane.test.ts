import { describe, expect, it } from 'vitest';
import { ProbeLane } from '../../../../src/gossip/membership/probe-lane.js';

function laneOf(width: number, ...ids: string[]): ProbeLane {
  const lane = new ProbeLane(width);
  for (const id of ids) lane.add(id);
  return lane;
}

describe('ProbeLane', () => {
  it('lets as many through at a time as it is wide, first come first', () => {
    const lane = laneOf(2, 'a', 'b', 'c');
    expect([lane.next(), lane.next(), lane.next()]).toEqual(['a', 'b', undefined]);
    lane.done('b');
    expect(lane.next()).toBe('c');
  });

  it('AskedForAgainDuringItsProbe_HasAnotherTurnAfterwards_AndOnlyOne', () => {
    const lane = laneOf(2, 'a');
    lane.next();
    lane.add('a');
    lane.add('a');
    expect([lane.isUnderProbe('a'), lane.next()]).toEqual([true, undefined]);
    lane.done('a');
    expect([lane.next(), lane.next()]).toEqual(['a', undefined]);
  });

  it('OneUnderProbe_DoesNotHoldUpTheNext', () => {
    const lane = laneOf(2, 'a');
    lane.next();
    lane.add('a');
    lane.add('b');
    expect(lane.next()).toBe('b');
  });

  it('forgets who waits when cleared', () => {
    const lane = laneOf(1, 'a', 'b');
    lane.next();
    lane.clear();
    lane.done('a');
    expect(lane.next()).toBeUndefined();
  });
});

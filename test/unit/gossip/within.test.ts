import { describe, expect, it } from 'vitest';
import { within } from '../../../src/gossip/within.js';
import { settle, VirtualClock } from '../../support/virtual-clock.js';

describe('within', () => {
  it('InTime_GivesWhatThePromiseDoes_AndLeavesNoTimer', async () => {
    const clock = new VirtualClock();
    const waited = within(
      clock,
      clock.sleep(99).then(() => 'value'),
      100,
    );
    await clock.run(99);
    expect([await waited, clock.pendingTimers]).toEqual(['value', 0]);
  });

  it('TooLate_GivesNothing_AndWhatComesThenIsIgnored', async () => {
    const clock = new VirtualClock();
    let result: unknown = 'none yet';
    void within(
      clock,
      clock.sleep(101).then(() => 'value'),
      100,
    ).then((value) => {
      result = value;
    });
    await clock.run(100);
    expect(result).toBeUndefined();
    await clock.run(1);
    await settle();
    expect([result, clock.pendingTimers]).toEqual([undefined, 0]);
  });
});

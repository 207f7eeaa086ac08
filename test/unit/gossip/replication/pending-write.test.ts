import { beforeEach, describe, expect, it } from 'vitest';
import { PendingWrite } from '../../../../src/gossip/replication/pending-write.js';

let settled: boolean[];

beforeEach(() => {
  settled = [];
});

function write(needed: number, hopeful: readonly string[] | undefined): PendingWrite {
  return new PendingWrite(needed, hopeful, (reached) => void settled.push(reached));
}

describe('PendingWrite', () => {
  it('DuplicateAcks_CountOnce', () => {
    const pending = write(2, ['a', 'b', 'c']);
    pending.ack('a');
    pending.ack('a');
    expect(settled).toEqual([]);
    pending.ack('b');
    expect(settled).toEqual([true]);
  });

  it('LostMembers_EndTheWaitingWhereTheRestCannotMakeTheQuorum', () => {
    const pending = write(2, ['a', 'b', 'c']);
    pending.lose('a');
    expect(settled).toEqual([]);
    pending.lose('b');
    expect(settled).toEqual([false]);
  });

  it('LostMember_ThatHasAcknowledged_StillCounts', () => {
    const pending = write(2, ['a', 'b']);
    pending.ack('a');
    pending.lose('a');
    expect(settled).toEqual([]);
    pending.ack('b');
    expect(settled).toEqual([true]);
  });

  it('Revoked_AnAckCountsNoMore_AndEndsTheWaitingWhereTheRestCannotMakeTheQuorum', () => {
    const pending = write(2, ['a', 'b', 'c']);
    pending.ack('a');
    pending.revoke('a');
    pending.ack('b');
    expect(settled).toEqual([]);
    pending.lose('c');
    expect(settled).toEqual([false]);
  });

  it('Revoked_BeforeItAcknowledged_ItMayYet', () => {
    const pending = write(2, ['a', 'b']);
    pending.revoke('a');
    pending.ack('b');
    pending.ack('a');
    expect(settled).toEqual([true]);
  });

  it('LostStranger_ChangesNothing', () => {
    const pending = write(1, ['a']);
    pending.lose('stranger');
    expect(settled).toEqual([]);
  });

  it('LostMember_WhereOthersForward_DoesNotEndTheWaiting', () => {
    const pending = write(1, undefined);
    for (const id of ['a', 'b', 'c']) pending.lose(id);
    expect(settled).toEqual([]);
    pending.ack('far');
    expect(settled).toEqual([true]);
  });

  it('settles once', () => {
    const pending = write(1, ['a']);
    pending.ack('a');
    pending.finish(false);
    pending.lose('a');
    expect(settled).toEqual([true]);
  });
});

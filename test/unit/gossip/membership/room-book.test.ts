import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RoomBook } from '../../../../src/gossip/membership/room-book.js';
import { GossipBench, infoOf } from '../../../support/gossip-bench.js';

let bench: GossipBench;
let book: RoomBook;

beforeEach(() => {
  bench = new GossipBench();
  book = new RoomBook(bench.gossip.members);
  bench.gossip.members.subscribe((event) => book.memberChanged(event));
  bench.gossip.members.learn(infoOf('a', { incarnation: 1 }), 'direct');
});

afterEach(() => bench.gossip.stop());

describe('RoomBook', () => {
  it('OwnRoom_GoesAlong_OnceThisNodeTakesNodesIn_AsItIsThen', () => {
    expect(book.along()).toEqual({});
    let room = 3;
    book.own = () => room;
    expect(book.along()).toEqual({ room: 3 });
    room = 0;
    expect(book.along()).toEqual({ room: 0 });
  });

  it('Room_IsWhatAMemberSaidLast_AndWhoSaysNothingChangesNothing', () => {
    expect(book.of('a')).toBeUndefined();
    book.said('a', 5);
    book.said('a', 0);
    book.said('a', undefined);
    expect(book.of('a')).toBe(0);
  });

  it('Room_OfAStranger_IsNotKept', () => {
    book.said('stranger', 5);
    expect(book.of('stranger')).toBeUndefined();
  });

  it('Room_IsForgottenWithTheMembersLife_AndOfTheDeadNoneIsKept', () => {
    book.said('a', 5);
    bench.gossip.members.leave('a');
    expect(book.of('a')).toBeUndefined();
    book.said('a', 5);
    expect(book.of('a')).toBeUndefined();
  });

  it('Room_ComesWithProbesAndTheirAnswers', async () => {
    bench.gossip.rooms.own = () => 7;
    bench.transport.onSend = (_to, message) => {
      if (message.type !== 'PING') return { kind: 'ok' };
      expect(message).toMatchObject({ room: 7 });
      const { timestampS, from } = message;
      return { kind: 'ok', reply: { type: 'PONG', messageId: 'p', from: 'b', to: from, timestampS, room: 4 } };
    };
    bench.gossip.members.learn(infoOf('b', { incarnation: 1 }), 'direct');
    await bench.clock.run(0);
    expect(bench.gossip.rooms.of('b')).toBe(4);
  });
});

import { type Rng, shuffled, shuffledByWeight } from '../../gossip/ports/rng.js';
import type { NodeInfo } from '../../gossip/wire/message.js';
import { type Candidate, candidateOf, MAX_ALTERNATIVES, MAX_VIEW_MEMBERS } from '../frame.js';

/** The room that a member is taken to have which has not said. */
const UNKNOWN_ROOM = 10;

type RoomOf = (id: string) => number | undefined;

/**
 * Where a child may go instead: members of its enclave, then others. Within a group the order is random, weighted by
 * room, so that the children of one parent spread. Who has no room is named only where nobody has any.
 *
 * @param members without this node
 */
export function chooseAlternatives(
  rng: Rng,
  members: readonly NodeInfo[],
  child: { readonly id: string; readonly enclave: string },
  roomOf: RoomOf,
): readonly Candidate[] {
  const candidates = members
    .filter(({ id }) => id !== child.id)
    .map((member) => candidateOf(member, roomOf(member.id)));
  const withRoom = candidates.filter(({ room }) => room !== 0);
  const chosen = withRoom.length > 0 ? withRoom : candidates;
  const isNear = ({ enclave }: Candidate): boolean => enclave === child.enclave;
  const near = chosen.filter(isNear);
  const far = chosen.filter((candidate) => !isNear(candidate));
  return [...byRoom(rng, near), ...byRoom(rng, far)].slice(0, MAX_ALTERNATIVES);
}

/** How the cluster looks to a child of `enclave`: this node, then members of the enclave, then others, at random. */
export function chooseView(
  rng: Rng,
  self: Candidate,
  members: readonly NodeInfo[],
  enclave: string,
  roomOf: RoomOf,
): readonly Candidate[] {
  const near = shuffled(
    rng,
    members.filter((member) => member.enclave === enclave),
  );
  const far = shuffled(
    rng,
    members.filter((member) => member.enclave !== enclave),
  );
  const others = [...near, ...far].slice(0, MAX_VIEW_MEMBERS - 1);
  return [self, ...others.map((member) => candidateOf(member, roomOf(member.id)))];
}

function byRoom(rng: Rng, candidates: readonly Candidate[]): Candidate[] {
  return shuffledByWeight(rng, candidates, ({ room }) => Math.max(1, room ?? UNKNOWN_ROOM));
}

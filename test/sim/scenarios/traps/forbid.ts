import type { MemberEventKind } from '../../../../src/gossip/membership/member-event.js';
import type { SimNode } from '../../world/node.js';
import type { World } from '../../world/world.js';

/** Says that it is a violation if one of these nodes takes a member for one of these kinds from now on. */
export function forbid(
  world: World,
  nodes: readonly SimNode[],
  check: string,
  kinds: readonly MemberEventKind[],
): void {
  world.observe({
    memberChanged: (node, { kind, member }) => {
      if (nodes.includes(node) && kinds.includes(kind)) world.violated(check, `${node.id}: ${member.id} is ${kind}`);
    },
  });
}

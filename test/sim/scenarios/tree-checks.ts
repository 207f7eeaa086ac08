/** What the scenarios of the tree call what they check besides the oracle: the `invariant` of a violation. */
export const TREE_CHECKS = {
  attached: 'all are attached again in time',
  moves: 'a goodbye moves a child before its socket ends',
  resent: 'a write outlives the parent that it was sent to',
  alone: 'who is alone says 202',
  flaps: 'nobody flaps',
  shares: 'survivors share evenly',
  home: 'whoever knows its enclave is attached there',
} as const;

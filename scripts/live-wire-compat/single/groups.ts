import type { Group } from '../check.js';
import { childGuardsGroup } from './child-guards.js';
import { childSignaturesGroup } from './child-signatures.js';
import { childWritesGroup } from './child-writes.js';
import { childrenGroup } from './children.js';
import { deliveriesGroup } from './deliveries.js';
import { headersGroup } from './headers.js';
import { hostileGroup } from './hostile.js';
import { identityGroup } from './identity.js';
import { joiningGroup } from './joining.js';
import { keysGroup } from './keys.js';
import { limitsGroup } from './limits.js';
import { livenessGroup } from './liveness.js';
import { oldPeersGroup } from './old-peers.js';
import { signaturesGroup } from './signatures.js';
import type { Subject } from './subject.js';
import { topologySyncGroup } from './topology-sync.js';
import { ttlGroup } from './ttl.js';
import { valuesGroup } from './values.js';
import { writesGroup } from './writes.js';

/** In order: what may leave ghosts in a careless node comes late, what exhausts its rate limit last. */
export const SINGLE_GROUPS: readonly Group<Subject>[] = [
  identityGroup,
  headersGroup,
  valuesGroup,
  ttlGroup,
  keysGroup,
  joiningGroup,
  writesGroup,
  deliveriesGroup,
  livenessGroup,
  topologySyncGroup,
  oldPeersGroup,
  childrenGroup,
  childWritesGroup,
  childGuardsGroup,
  signaturesGroup,
  childSignaturesGroup,
  hostileGroup,
  limitsGroup,
];

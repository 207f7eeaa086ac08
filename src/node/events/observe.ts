import type { Core } from '../core.js';
import type { EventLog } from './event-log.js';
import { memberEvents } from './member-events.js';

/** Puts down in `events` what happens in the core rooms. */
export function observeCore({ gossip, recovery, tree }: Core, events: EventLog): void {
  tree.substrate.subscribe(({ kind, child: { id, enclave }, cause }) => {
    events.emit({ kind: `child-${kind}`, child: { id, enclave }, cause });
  });
  tree.transient.subscribe(({ kind, parent: { id, address, httpPort }, cause, durationMs }) => {
    const parent = { id, address, http_port: httpPort };
    events.emit({ kind, parent, cause, ...(durationMs !== undefined && { duration_ms: Math.round(durationMs) }) });
  });
  gossip.members.subscribe((change) => {
    for (const draft of memberEvents(change)) events.emit(draft);
  });
  recovery.subscribe((change) => {
    if (change.kind === 'started') events.emit({ kind: 'recovery-started' });
    else events.emit({ kind: 'recovery-ended', outcome: change.outcome });
  });
}

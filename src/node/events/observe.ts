import type { Core } from '../core.js';
import type { EventLog } from './event-log.js';
import { memberEvents } from './member-events.js';

/** Puts down in `events` what happens in the core rooms. */
export function observeCore({ gossip, recovery, tree }: Core, events: EventLog): void {
  tree.substrate.subscribe(({ kind, child: { id, enclave }, cause }) => {
    events.emit({ kind: `child-${kind}`, child: { id, enclave }, cause });
  });
  tree.transient.subscribe((change) => {
    const { kind, cause } = change;
    const { id, address } = change.parent;
    const parent = { id, address: address.host, http_port: address.port };
    if (change.kind === 'detached') events.emit({ kind, parent, cause });
    else events.emit({ kind, parent, cause, duration_ms: Math.round(change.durationMs) });
  });
  gossip.members.subscribe((change) => {
    for (const draft of memberEvents(change)) events.emit(draft);
  });
  recovery.subscribe((change) => {
    if (change.kind === 'started') events.emit({ kind: 'recovery-started' });
    else events.emit({ kind: 'recovery-ended', outcome: change.outcome });
  });
}

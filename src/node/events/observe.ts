import type { Core } from '../core.js';
import type { EventLog } from './event-log.js';
import { memberEvents } from './member-events.js';

/** Puts down in `events` what happens in the core rooms. */
export function observeCore({ gossip, recovery }: Core, events: EventLog): void {
  gossip.members.subscribe((change) => {
    for (const draft of memberEvents(change)) events.emit(draft);
  });
  recovery.subscribe((change) => {
    if (change.kind === 'started') events.emit({ kind: 'recovery-started' });
    else events.emit({ kind: 'recovery-ended', outcome: change.outcome });
  });
}

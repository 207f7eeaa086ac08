import { type Check, type Group, passed } from '../check.js';
import { expect } from '../expect.js';
import type { Received } from '../recorder/inbox.js';
import { eventually, quiet } from '../wait.js';
import { faultByOldRules } from '../wire/old-rules.js';
import type { Subject } from './subject.js';

const MESSAGES = '/v1/gossip/message';
const PATHS: ReadonlySet<string> = new Set([MESSAGES, '/v1/bootstrap']);

/** A peer goes without a word: what a node tells others, and asks of them, it tells and asks now. */
async function loseAPeer(subject: Subject): Promise<void> {
  const mortal = await subject.open('mortal', 'elsewhere');
  await subject.join(mortal);
  await mortal.close();
  const patience = { timeoutMs: subject.timing.answerMs };
  const evicted = eventually('eviction', patience, async () => ((await subject.lists(mortal.id)) ? undefined : true));
  // A node in the field may take longer: what it has sent by then is all that can be judged.
  await evicted.catch(() => undefined);
  await quiet(subject.timing.quietMs);
}

function faultOf({ path, raw }: Received): string | undefined {
  if (!PATHS.has(path)) return `a request to ${path}`;
  // What is too long to be kept is a write with a large value.
  return path === MESSAGES && raw !== '' ? faultByOldRules(raw) : undefined;
}

const oldTypes: Check<Subject> = {
  id: 'peers.old-protocol',
  title: 'Peers that announce no extension are sent the messages of old, and nothing else, even when a peer dies',
  reference: 'Messages: type',
  level: 'required',
  async run(subject) {
    await subject.peer('home');
    await subject.peer('witness', 'elsewhere');
    await loseAPeer(subject);
    const received = subject.recorders.flatMap((recorder) => recorder.inbox.entriesSince(0));
    const faults = new Set(received.map(faultOf).filter((fault) => fault !== undefined));
    expect(faults.size === 0, `sent to peers that cannot know it: ${[...faults].slice(0, 5).join('; ')}`);
    expect(received.length > 0, 'the peers were sent nothing at all');
    return passed(`${received.length} messages`);
  },
};

export const oldPeersGroup: Group<Subject> = { title: 'Older peers', checks: [oldTypes] };

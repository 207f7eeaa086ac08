import { type Check, type Group, passed } from '../check.js';
import { expect } from '../expect.js';
import type { Received } from '../recorder/inbox.js';
import type { Recorder } from '../recorder/recorder.js';
import { eventually, quiet } from '../wait.js';
import { faultByOldRules } from '../wire/old-rules.js';
import type { Subject } from './subject.js';

const MESSAGES = '/v1/gossip/message';
const PATHS: ReadonlySet<string> = new Set([MESSAGES, '/v1/bootstrap']);

/** One peer dies and one falls silent: what a node tells others, and asks of them, it tells and asks now. */
async function loseTwoPeers(subject: Subject): Promise<void> {
  const mortal = await subject.join(await subject.open('mortal', 'elsewhere'));
  const mute = await subject.join(await subject.open('mute', 'elsewhere'));
  mute.conduct.answers = false;
  await mortal.close();
  await Promise.all([untilGone(subject, mortal), untilGone(subject, mute)]);
  await quiet(subject.timing.quietMs);
  await mute.close();
}

/** A node in the field may take longer than is waited for: what it has sent by then is all that can be judged. */
async function untilGone(subject: Subject, { id }: Recorder): Promise<void> {
  const patience = { timeoutMs: subject.timing.answerMs };
  await eventually('eviction', patience, async () => ((await subject.lists(id)) ? undefined : true)).catch(() => {});
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
    await loseTwoPeers(subject);
    const received = subject.recorders.flatMap((recorder) => recorder.inbox.entriesSince(0));
    const faults = new Set(received.map(faultOf).filter((fault) => fault !== undefined));
    expect(faults.size === 0, `sent to peers that cannot know it: ${[...faults].slice(0, 5).join('; ')}`);
    expect(received.length > 0, 'the peers were sent nothing at all');
    return passed(`${received.length} messages`);
  },
};

export const oldPeersGroup: Group<Subject> = { title: 'Older peers', checks: [oldTypes] };

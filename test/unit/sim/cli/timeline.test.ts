import { describe, expect, it } from 'vitest';
import { DEFAULT_TOPICS, type EventFilter, TOPICS, topicOf } from '../../../sim/cli/event-filter.js';
import { Output } from '../../../sim/cli/output.js';
import { formatLine, Timeline } from '../../../sim/cli/timeline.js';
import type { LoggedEvent } from '../../../sim/world/event-log.js';

const ALL: EventFilter = { topics: TOPICS, node: undefined, fromMs: 0, toMs: Number.POSITIVE_INFINITY };

function event(kind: string, text: string, node = 'n1', atMs = 0): LoggedEvent {
  return { kind, text, node, atMs };
}

function printed(
  filter: EventFilter,
  events: readonly LoggedEvent[],
  sink: { isTTY?: boolean } = {},
  environment = {},
) {
  const lines: string[] = [];
  const output = new Output({ write: (text) => lines.push(text), ...sink }, environment);
  const timeline = new Timeline(output, filter);
  for (const each of events) timeline.add(each);
  return { lines, timeline };
}

describe('topicOf', () => {
  it.each([
    [event('send', '#1 PING to 10.0.0.1:8080'), 'upkeep'],
    [event('done', '#1 SYNC timeout'), 'upkeep'],
    [event('take', '#1 PUT 200'), 'replication'],
    [event('lost', '#1 ACK answer'), 'replication'],
    [event('send', '#1 LEAVE to 10.0.0.1:8080'), 'members'],
    [event('info', 'member evicted peer=n2'), 'members'],
    [event('put', 'write 1 k'), 'client'],
    [event('store', 'stored k'), 'client'],
    [event('end', 'killed'), 'faults'],
    [event('whatever a scenario notes', ''), 'faults'],
  ])('of %j is %s', (each, topic) => {
    expect(topicOf(each)).toBe(topic);
  });
});

describe('formatLine', () => {
  it('aligns time, node and kind, so that a run reads in columns', () => {
    expect(formatLine(event('put', 'write 1 k', 'n12', 61_234.5678))).toBe('   61.235  n12   put    write 1 k');
    expect(formatLine(event('reached', 'all know all', '', 5))).toBe('    0.005        reached all know all');
  });
});

describe('Timeline', () => {
  it('leaves idle probes out unless they are asked for', () => {
    const events = [event('send', '#1 PING to a'), event('put', 'write 1 k')];
    expect(printed({ ...ALL, topics: DEFAULT_TOPICS }, events).lines).toHaveLength(1);
    expect(printed(ALL, events).lines).toHaveLength(2);
  });

  it('shows only the node and the time asked for, both ends included', () => {
    const events = [1000, 2000, 3000].flatMap((atMs) => ['n1', 'n2'].map((node) => event('end', 'killed', node, atMs)));
    const { lines } = printed({ ...ALL, node: 'n2', fromMs: 1000, toMs: 2000 }, events);
    expect(lines.map((line) => line.split(/ +/)[1])).toEqual(['1.000', '2.000']);
    expect(lines.every((line) => line.includes('n2'))).toBe(true);
  });

  it('writes colours to a terminal only, and not where they are unwanted', () => {
    const events = [event('end', 'killed')];
    expect(printed(ALL, events).lines.join('')).not.toContain('\u001b');
    expect(printed(ALL, events, { isTTY: true }).lines.join('')).toContain('\u001b[31m');
    expect(printed(ALL, events, { isTTY: true }, { NO_COLOR: '1' }).lines.join('')).not.toContain('\u001b');
  });

  it('shows the last events before a violation whatever was filtered out', () => {
    const events = Array.from({ length: 100 }, (_, i) => event('send', `#${i} PING to a`));
    const { lines, timeline } = printed({ ...ALL, topics: [] }, events);
    expect(lines).toEqual([]);
    timeline.printBefore('');
    expect(lines[0]).toContain('The last 30 events');
    expect(lines.slice(1).map((line) => /#(\d+)/.exec(line)?.[1])).toEqual(
      Array.from({ length: 30 }, (_, i) => String(70 + i)),
    );
  });

  it('shows earlier events of the nodes and keys that a violation names, in order and once', () => {
    const noise = Array.from({ length: 30 }, (_, i) => event('send', `#${i} PING to a`, 'n9', 100 + i));
    const events = [
      event('put', 'default/k write 1 for 60 s', 'n1', 1),
      event('put', 'default/other write 2 for 60 s', 'n1', 2),
      event('done', '#1 SYNC 200', 'n3', 3),
      event('store', 'default/k write 1 stored, 0.001.0.n1 until 60.001', 'n3', 4),
      event('info', 'member joined', 'n33', 5),
      ...noise,
    ];
    const { lines, timeline } = printed({ ...ALL, topics: [] }, events);
    timeline.printBefore('[n3] replaced version 0.001.0.n1 of default/k, at 0.100');
    expect(lines[0]).toBe('\nEarlier, of n3, default/k:\n');
    expect(lines.slice(1, 4).map((line) => line.split(/ +/)[1])).toEqual(['0.001', '0.003', '0.004']);
    expect(lines[4]).toContain('The last 30 events');
  });

  it('shows a bounded number of events of each that a violation names, and keeps upkeep from hiding the others', () => {
    const events = Array.from({ length: 200 }, (_, i) => event('send', `#${i} PING to a`, 'n1', i));
    const { lines, timeline } = printed({ ...ALL, topics: [] }, [event('start', 'ours'), ...events]);
    for (let i = 0; i < 30; i++) timeline.add(event('send', '#0 PING to a', 'n2', 300));
    timeline.printBefore('n1 is gone');
    expect(lines.indexOf(lines.find((line) => line.includes('The last 30')) ?? '')).toBe(1 + 1 + 15);
    expect(lines[1]).toContain('start');
  });

  it.each([
    [{ node: 'n99' }, '--node n99'],
    [{ fromMs: 99_999_000 }, '--from 99999'],
    [{ node: 'n1', toMs: 500 }, '--node n1 --to 0.5'],
  ])('says of %j that nothing matches, and which nodes there were', (asked, flags) => {
    const { lines, timeline } = printed({ ...ALL, ...asked }, [
      event('start', 'ours', 'n1', 600),
      event('end', '', 'n2', 700),
    ]);
    timeline.explainNothing(800);
    expect(lines).toEqual([`Nothing to show for ${flags}. The nodes were n1, n2; the run ended at 0.800 s.\n`]);
  });

  it('explains nothing where nothing was asked for, or something was shown', () => {
    for (const filter of [ALL, { ...ALL, topics: [], node: 'n9' }, { ...ALL, node: 'n1' }]) {
      const { lines, timeline } = printed(filter, filter === ALL ? [] : [event('start', 'ours')]);
      const before = lines.length;
      timeline.explainNothing(800);
      expect(lines).toHaveLength(before);
    }
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StreamEvent } from '../../src/node/events/node-event.js';
import { freePort } from '../support/node-process.js';
import { ProcessCluster } from '../support/process-cluster.js';
import { WatchProcess } from '../support/watch-process.js';

const subject = (event: StreamEvent) => ('member' in event ? event.member.id : undefined);

/** The kinds of the events about one member, in order. */
const kindsOf = (events: readonly StreamEvent[], id: string) =>
  events.filter((event) => subject(event) === id).map(({ kind }) => kind);

describe('repram-node watch', () => {
  let cluster: ProcessCluster;
  let watch: WatchProcess | undefined;
  beforeEach(() => {
    cluster = new ProcessCluster();
  });
  afterEach(() => Promise.all([cluster.stop(), watch?.kill()]));

  it('shows how a killed node is suspected, evicted, and back after its restart', async () => {
    await cluster.start(3);
    const [first, second] = [cluster.node(0), cluster.node(1)];
    watch = new WatchProcess(first.url);
    const hello = await watch.next();
    expect(hello).toMatchObject({ kind: 'hello', node_id: 'node-1', members: [{}, {}] });

    await second.kill();
    const dying = await watch.until(({ kind }) => kind === 'evicted');
    expect(kindsOf(dying, second.id)).toEqual(['suspect', 'evicted']);
    expect(dying.at(-1)).toMatchObject({ member: { http_port: second.port, state: 'dead' } });

    await second.start();
    const isBack = ({ kind }: StreamEvent): boolean => kind === 'returned' || kind === 'joined';
    const back = await watch.until((event) => subject(event) === second.id && isBack(event));
    expect(back.at(-1)).toMatchObject({ member: { id: second.id, state: 'alive' } });
    expect(kindsOf([...dying, ...back], 'node-3')).not.toContain('evicted');

    watch.signal('SIGINT');
    expect(await watch.exited()).toBe(0);
  });

  it('shows a node that leaves in order, and stays while the node it watches is restarted', async () => {
    await cluster.start(3);
    const [first, second] = [cluster.node(0), cluster.node(1)];
    watch = new WatchProcess(first.url);
    await watch.next();
    second.signal('SIGTERM');
    const [left] = await watch.until(({ kind }) => kind === 'left');
    expect(left).toMatchObject({ member: { id: second.id, state: 'left' }, cause: 'said goodbye' });

    first.signal('SIGTERM');
    expect(await first.exited()).toBe(0);
    await first.start();
    const again = await watch.until((event) => event.kind === 'joined' && subject(event) === 'node-3');
    expect(again.slice(0, 2)).toMatchObject([{ kind: 'hello' }, { kind: 'gap' }]);
  });

  it('ends with 1 where nobody answers at first', async () => {
    watch = new WatchProcess(`127.0.0.1:${await freePort()}`);
    expect(await watch.next()).toBeUndefined();
    expect(await watch.exited()).toBe(1);
  });
});

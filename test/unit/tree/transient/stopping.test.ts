import { describe, expect, it } from 'vitest';
import { CLOSE } from '../../../../src/tree/ports/link.js';
import { candidate, type FakeSubstrate, TransientBench } from '../../../support/transient-bench.js';
import { settle } from '../../../support/virtual-clock.js';

describe('Transient, stopping', () => {
  const attached = async (): Promise<{ bench: TransientBench; a: FakeSubstrate }> => {
    const bench = new TransientBench(['a']);
    const a = bench.at('a', { basis: 3, alternatives: [candidate('b')] });
    bench.at('b', { reach: 'refused' });
    await bench.start();
    return { bench, a };
  };

  it('says goodbye to the parent, closes, and resolves when the socket has ended', async () => {
    const { bench, a } = await attached();
    a.link.lingers = true;
    let hasStopped = false;
    void bench.transient.stop().then(() => {
      hasStopped = true;
    });
    await settle();
    expect([bench.state, hasStopped, a.link.closing]).toEqual(['stopped', false, CLOSE.normal]);
    expect(a.got('goodbye')).toHaveLength(1);
    a.link.deliver('?');
    await settle();
    expect(hasStopped).toBe(false);
    a.link.end(1000);
    await settle();
    expect(hasStopped).toBe(true);
    expect(bench.changes.at(-1)).toMatchObject({ kind: 'detached', cause: 'stopped' });
  });

  it('sends what was not sent yet before it says goodbye, and answers what waits', async () => {
    const { bench, a } = await attached();
    a.link.bytesQueued = 100 * 1024 * 1024;
    const written = bench.write();
    expect(a.got('put')).toEqual([]);
    await bench.transient.stop();
    expect(written.outcome).toBe('pending');
    expect(a.got('put')).toHaveLength(1);
  });

  it.each<[string, (bench: TransientBench) => void | Promise<void>]>([
    ['detached', (bench) => bench.clock.run(30_000)],
    ['dialling', (bench) => void bench.at('a', { reach: 'silent' })],
    ['greeting', (bench) => void bench.at('a', { onHello: 'silent' })],
    ['attached', (bench) => void bench.at('a', { basis: 3 })],
  ])('leaves no timer and no socket when it was %s', async (state, prepare) => {
    const bench = new TransientBench(['a']);
    if (state !== 'detached') await prepare(bench);
    await bench.start();
    if (state === 'detached') await prepare(bench);
    expect(bench.state).toBe(state);
    bench.write();
    await stopsClean(bench);
  });

  it.each<[string, Partial<FakeSubstrate>, number]>([
    ['pausing', { reach: 'refused' }, 30_000],
    ['dialling', { reach: 'silent' }, 100],
    ['greeting', { onHello: 'silent' }, 100],
  ])('leaves no timer and no socket when it was moving, and %s', async (_name, parts, ms) => {
    const { bench, a } = await attached();
    bench.at('b', { reach: 'open', ...parts });
    a.goodbye();
    await bench.clock.run(ms);
    expect(bench.state).toBe('moving');
    bench.write();
    await stopsClean(bench);
    expect(a.got('goodbye')).toHaveLength(1);
  });

  it('closes a candidate that opens afterwards', async () => {
    const bench = new TransientBench(['a']);
    const a = bench.at('a');
    let open: () => void = () => undefined;
    bench.dialer.onDial = async (dial) => {
      await new Promise<void>((resolve) => {
        open = resolve;
      });
      return a.dial(dial);
    };
    await bench.start();
    await bench.transient.stop();
    open();
    await settle();
    expect([a.links.length, a.openLinks.length]).toEqual([1, 0]);
  });

  it('can be stopped twice, and before it was started', async () => {
    const { bench } = await attached();
    await Promise.all([bench.transient.stop(), bench.transient.stop()]);
    await bench.transient.stop();
    const unused = new TransientBench(['a']);
    await unused.transient.stop();
    expect([bench.clock.pendingTimers, unused.clock.pendingTimers]).toEqual([0, 0]);
  });

  async function stopsClean(bench: TransientBench): Promise<void> {
    const { length } = bench.dialer.dials;
    await bench.transient.stop();
    await settle();
    expect([bench.state, bench.clock.pendingTimers, bench.openLinks.length]).toEqual(['stopped', 0, 0]);
    await bench.clock.run(120_000);
    expect(bench.dialer.dials).toHaveLength(length);
  }
});

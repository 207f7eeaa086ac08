import { beforeEach, describe, expect, it } from 'vitest';
import { startMany } from '../../../sim/world/start-many.js';
import { InvariantViolated } from '../../../sim/world/violation.js';
import { World } from '../../../sim/world/world.js';

let world: World;

beforeEach(() => {
  world = new World(11);
});

const two = async () => {
  const [a, b] = await startMany(world, 2);
  if (a === undefined || b === undefined) throw new Error('two nodes');
  return [a, b] as const;
};

describe('the end of a process', () => {
  it('by a kill is noticed at once by its peers, whose connections end', async () => {
    const [a, b] = await two();
    const failures: string[] = [];
    world.observe({ concluded: (_exchange, result) => 'failure' in result && failures.push(result.failure.kind) });
    world.kill(b);
    expect([world.nodes, b.process.hasEnded, b.machine.listener]).toEqual([[a], true, undefined]);
    await world.run(50);
    expect(failures).toContain('refused');
  });

  it('by the loss of power is silence', async () => {
    const [, b] = await two();
    const failures: string[] = [];
    world.observe({ concluded: (_exchange, result) => 'failure' in result && failures.push(result.failure.kind) });
    world.cutPower(b);
    await world.run(20_000);
    expect(failures).toEqual([]);
  });

  it('in order resolves when it has ended, however often it was asked for', async () => {
    const [a, b] = await two();
    const endings: string[] = [];
    world.observe({ ended: (host, how) => void endings.push(`${host.id} ${how}`) });
    const left = [world.leave(b), world.leave(b)];
    await world.run(5000);
    await Promise.all(left);
    await world.leave(b);
    expect(endings).toEqual(['n2 left']);
    expect(a.core.gossip.members.get('n2')?.state).toBe('left');
  });

  it('that was to be in order resolves as well where a kill comes before it', async () => {
    const [, b] = await two();
    world.stall(b, 60_000);
    const left = world.leave(b);
    world.kill(b);
    await left;
    await world.run(120_000);
    expect(world.everyHost).toHaveLength(2);
  });

  it('happens once: what ended cannot be killed again', async () => {
    const [, b] = await two();
    const endings: string[] = [];
    world.observe({ ended: (_host, how) => void endings.push(how) });
    world.kill(b);
    world.kill(b);
    world.cutPower(b);
    expect([endings, b.machine.hasPower]).toEqual([['killed'], true]);
  });
});

describe('a machine', () => {
  it('runs one process at a time', async () => {
    const [a] = await two();
    expect(() => world.startNode({ address: a.address })).toThrow('is taken');
  });

  it('keeps its clock from one process to the next, and no work of the former', async () => {
    const [a, b] = await two();
    world.jumpClock(b, -70_000);
    b.machine.serviceMs = 1000;
    b.machine.servingUntilMs = world.elapsedMs + 1_000_000;
    world.cutPower(b);
    b.machine.serviceMs = 0;
    const again = world.startNode({ id: 'n2', address: b.address, seeds: [a.address] });
    expect([again.machine, again.machine.hasPower, again.machine.servingUntilMs]).toEqual([b.machine, true, 0]);
    expect(again.clock.nowMs()).toBe(Math.floor(world.trueMs - 70_000));
  });
});

describe('a run', () => {
  it('stops where it was told to, or when what it waits for is so', async () => {
    await world.run(1234);
    expect(world.elapsedMs).toBe(1234);
    let isDue = false;
    world.after(100, () => {
      isDue = true;
    });
    expect(await world.runUntil(() => isDue, 1000)).toBe(true);
    expect(world.elapsedMs).toBe(1334);
    expect(await world.runUntil(() => false, 66)).toBe(false);
    expect(world.elapsedMs).toBe(1400);
  });

  it('ends with the first violation, at the end of its step', async () => {
    const ran: string[] = [];
    world.after(10, () => {
      world.violated('first', 'what happened');
      world.violated('second', 'what came of it');
      ran.push('same step');
    });
    world.after(10, () => ran.push('next step'));
    const error: unknown = await world.run(100).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InvariantViolated);
    expect(error).toMatchObject({ seed: 11, violation: { invariant: 'first', atMs: 10, detail: 'what happened' } });
    expect(ran).toEqual(['same step']);
  });

  it('takes whatever code throws for the end of a process, which is a violation', async () => {
    world.after(10, () => {
      throw new Error('escaped');
    });
    await expect(world.run(100)).rejects.toThrow(/nothing ends a process: Error: escaped/);
  });

  it('tells after each step whose code ran in it', async () => {
    const [a, b] = await two();
    const steps: string[][] = [];
    world.observe({
      stepped: (ran) => void steps.push(world.nodes.filter(({ process }) => ran.has(process)).map(({ id }) => id)),
    });
    a.process.input(() => undefined);
    await world.run(0);
    b.process.input(() => undefined);
    await world.run(0);
    expect(steps).toEqual([['n1'], ['n2']]);
  });

  it('draws for one purpose without changing what another draws', () => {
    const twin = new World(11);
    twin.fork('other').next();
    expect(twin.fork('purpose').next()).toBe(world.fork('purpose').next());
    expect(world.fork('purpose').next()).not.toBe(world.fork('other').next());
  });
});

import { describe, expect, it } from 'vitest';
import type { Drill } from '../../scripts/drills/drill.js';
import { kill } from '../../scripts/drills/drills/kill.js';
import { restart } from '../../scripts/drills/drills/restart.js';
import { type Figure, summaryOf } from '../../scripts/drills/figure.js';
import { parseCommandLine } from '../../scripts/drills/options.js';

/** A machine that is busy with other things may take longer than a target says, but not for ever. */
const PATIENCE_MS = 20_000;

describe('drills, a few runs of them', () => {
  const hold = async (drill: Drill, ...flags: readonly string[]): Promise<readonly Figure[]> =>
    drill.run(parseCommandLine([drill.name, ...flags]).options, () => undefined);

  const expectInTime = (figure: Figure | undefined): void => {
    expect(figure).toMatchObject({ missed: 0 });
    expect(figure && summaryOf(figure)?.max).toBeLessThan(PATIENCE_MS);
  };

  it('a killed node is gone from every list, it returns, and nobody else is evicted', async () => {
    const [gone, back, falseEvictions] = await hold(kill, '--runs', '2');
    expectInTime(gone);
    expectInTime(back);
    expect(falseEvictions?.samples).toEqual([0, 0]);
  });

  it('a node that is restarted at once is noticed by all others and has its data again', async () => {
    const [noticed, data] = await hold(restart, '--runs', '2', '--keys', '300');
    expectInTime(noticed);
    expectInTime(data);
  });
});

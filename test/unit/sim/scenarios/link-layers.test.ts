import { describe, expect, test } from 'vitest';
import { LinkLayers } from '../../../sim/scenarios/link-layers.js';
import { SOUND } from '../../../sim/world/conditions.js';
import { World } from '../../../sim/world/world.js';

describe('faults that overlap on a link', () => {
  const { network } = new World(1);
  const [from, to] = [
    network.machineAt({ host: '10.0.0.1', port: 1 }),
    network.machineAt({ host: '10.0.0.2', port: 1 }),
  ];

  test('the end of one leaves what the other did, in either order', () => {
    const layers = new LinkLayers(network);
    const cut = layers.lay([{ from, to, conditions: { path: 'silent' } }]);
    const lossy = layers.lay([{ from, to, conditions: { loss: 0.5 } }]);
    expect(network.conditions(from, to)).toEqual({ ...SOUND, path: 'silent', loss: 0.5 });
    cut();
    expect(network.conditions(from, to)).toEqual({ ...SOUND, loss: 0.5 });
    lossy();
    expect(network.conditions(from, to)).toEqual(SOUND);
  });

  test('what is taken off twice takes nothing of others away', () => {
    const layers = new LinkLayers(network);
    const first = layers.lay([{ from, to, conditions: { path: 'silent' } }]);
    first();
    const second = layers.lay([{ from, to, conditions: { path: 'reset' } }]);
    first();
    expect(network.conditions(from, to).path).toBe('reset');
    second();
  });

  test('one direction is changed without the other', () => {
    const takeOff = new LinkLayers(network).lay([{ from, to, conditions: { path: 'refused' } }]);
    expect(network.conditions(to, from)).toEqual(SOUND);
    takeOff();
  });
});

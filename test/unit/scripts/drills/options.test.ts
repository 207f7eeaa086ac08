import { describe, expect, it } from 'vitest';
import { commandOf, parseCommandLine } from '../../../../scripts/drills/options.js';

describe('the command line of drills', () => {
  it('takes the defaults of the drill that is named', () => {
    expect(parseCommandLine(['halves'])).toMatchObject({ drill: 'halves', options: { nodes: 6, cutMs: 300_000 } });
    expect(parseCommandLine(['kill'])).toMatchObject({ drill: 'kill', options: { nodes: 3, runs: 30 } });
  });

  it('names a run the same way whether a value was given or is the default', () => {
    const short = commandOf('halves', parseCommandLine(['halves']).options);
    const long = commandOf('halves', parseCommandLine(['halves', '--cut', '300s', '--nodes', '6']).options);
    expect(short).toBe('halves --nodes 6 --runs 1 --cut 5m --rate 2');
    expect(long).toBe(short);
  });

  it('hands variables on to the nodes, a "=" in the value included', () => {
    const { options } = parseCommandLine(['kill', '--env', 'REPRAM_PING_INTERVAL=2s', '--env', 'REPRAM_X=a=b']);
    expect(options.environment).toEqual({ REPRAM_PING_INTERVAL: '2s', REPRAM_X: 'a=b' });
  });

  it.each([
    [['explode'], /allowed are kill/],
    [['kill', '--nodes', '2'], /--nodes "2"/],
    [['kill', '--loss', '30'], /--loss means nothing to kill/],
    [['halves', '--nodes', '5'], /even number/],
    [['halves', '--cut', '5 minutes'], /--cut "5 minutes"/],
    [['kill', '--env', 'PATH=/tmp'], /--env "PATH=\/tmp"/],
    [['kill', '--write', 'page.md', '--env', 'REPRAM_X=1'], /pages hold what the defaults give/],
    [['kill', '--json', ''], /--json must name a file/],
    [['kill', '--fast'], /--fast/],
  ])('refuses %j and says what is allowed', (args, message) => {
    expect(() => parseCommandLine(args)).toThrow(message);
  });
});

import { describe, expect, test } from 'vitest';
import { flagOf, variableOf } from '../../../../src/node/config/option.js';
import { OPTIONS, SETTING_NAMES } from '../../../../src/node/config/options.js';
import { VERSION } from '../../../../src/node/version.js';
import { run } from './harness.js';

const COMMANDS = ['start', 'status', 'peers', 'get', 'put', 'ls', 'watch', 'omega', 'completion'];

describe('wrong usage ends with 2, says why on stderr and leaves stdout alone', () => {
  test.each([
    [['statsu'], 'unknown command "statsu"; did you mean status?'],
    [['start', 'now'], 'unknown command "now"'],
    [['--http-port', '1', 'status'], '"status" comes too late'],
    [['\u001b[2J'], 'unknown command "\\x1b[2J"'],
    [['--htp-port', '1'], 'Did you mean --http-port?'],
    [['--http-port'], 'argument missing'],
    [['get'], "missing required argument 'key'"],
    [['get', 'a', 'b'], 'too many arguments'],
    [['get', ''], 'a key is 1 to 1024 bytes'],
    [['get', 'k'.repeat(1025)], 'a key is 1 to 1024 bytes'],
    [['get', '\ud800'], 'a key is 1 to 1024 bytes'],
    [['get', 'k', '--url', 'ftp://h'], '"ftp://h" is not http://host:port'],
    [['get', 'k', '--url', 'h:99999'], 'is not http://host:port'],
    [['get', 'k', '--url', 'http://user:pw@h'], 'is not http://host:port'],
    [['get', 'k', '--timeout', 'soon'], 'It takes a duration'],
    [['get', 'k', '--timeout', '0'], 'It takes a duration'],
    [['put', 'k', 'v', '--ttl', '1.5'], 'It takes whole seconds'],
    [['put', 'k', 'v', '--ttl', '0'], 'It takes whole seconds'],
    [['put', 'k', 'v', '--ttl', '2147483648'], 'It takes whole seconds'],
    [['put', 'k', 'v', '--file', 'f'], 'not both'],
    [['put', 'k'], 'give a value, --file FILE, or -'],
    [['ls', '--limit', '0'], 'It takes 1 to 100000'],
    [['ls', '--limit', 'all'], 'It takes 1 to 100000'],
    [['watch', '--kinds', 'joined,evictd'], 'did you mean evicted?'],
    [['watch', '--kinds', ''], 'It takes kinds of joined, returned,'],
    [['completion'], "missing required argument 'shell'"],
    [['completion', 'tcsh'], 'Allowed choices are bash, zsh, fish'],
  ])('%j', async (args, message) => {
    const ran = await run({}, ...args);
    expect(ran).toMatchObject({ code: 2, stdout: '', calls: [] });
    expect(ran.stderr).toContain(message);
    expect(ran.stderr).toMatch(/^repram-node: /);
  });

  test('a bad REPRAM_URL is named as such', async () => {
    const ran = await run({ env: { REPRAM_URL: 'nonsense:port' } }, 'status');
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('REPRAM_URL: "nonsense:port"') });
  });
});

describe('help', () => {
  test('names each flag with its variable, though starting a node needs no command', async () => {
    const { code, stdout, stderr } = await run({}, '--help');
    expect([code, stderr]).toEqual([0, '']);
    const words = stdout.replace(/\s+/g, ' ');
    for (const name of SETTING_NAMES) {
      const option = OPTIONS[name];
      if (option.isSecret) expect(words).not.toContain(`${flagOf(option)} `);
      else expect(words).toContain(`${flagOf(option)} `);
      if (!option.isSecret) expect(words).toContain(`[${variableOf(option)};`);
    }
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^ {2}${command}\\b`, 'm'));
  });

  test.each(COMMANDS)('of %s has examples', async (command) => {
    const { code, stdout } = await run({}, command, '--help');
    expect(code).toBe(0);
    expect(stdout).toContain(`Examples:`);
    expect(stdout).toContain(`repram-node ${command}`);
  });

  test('--version prints the version of the package alone', async () => {
    expect(await run({}, '--version')).toMatchObject({ code: 0, stdout: `${VERSION}\n`, stderr: '' });
    expect(VERSION).toMatch(/^\d+\.\d+\.\d+/);
  });
});

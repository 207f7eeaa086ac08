import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { flagOf } from '../../../../src/node/config/option.js';
import { OPTIONS, SETTING_NAMES } from '../../../../src/node/config/options.js';
import { run } from './harness.js';

const COMMANDS = ['start', 'status', 'peers', 'get', 'put', 'ls', 'watch', 'omega', 'completion', 'help'];

async function scriptFor(shell: string): Promise<string> {
  const { code, stdout } = await run({}, 'completion', shell);
  expect(code).toBe(0);
  return stdout;
}

const hasShell = (shell: string): boolean => spawnSync(shell, ['--version']).status === 0;

describe.each(['bash', 'zsh', 'fish'])('the script for %s', (shell) => {
  test('knows every command and every flag, and not the one that is refused', async () => {
    const script = await scriptFor(shell);
    const dashes = shell === 'fish' ? '-l ' : '--';
    for (const command of COMMANDS) expect(script).toMatch(new RegExp(`\\b${command}\\b`));
    for (const name of SETTING_NAMES.filter((setting) => !OPTIONS[setting].isSecret)) {
      expect(script).toContain(`${flagOf(OPTIONS[name]).replace('--', dashes)}`);
    }
    expect(script).not.toMatch(/(--|-l )cluster-secret[ [']/);
    for (const long of ['prefix', 'ttl', 'meta', 'url', 'print-config']) expect(script).toContain(dashes + long);
  });
});

// Those of the shells that this machine has; bash is always one of them.
test.each(['bash', 'zsh', 'fish'].filter(hasShell))('the script for %s is accepted by the shell', async (shell) => {
  const parsed = spawnSync(shell, ['-n'], { input: await scriptFor(shell), encoding: 'utf8' });
  expect(parsed).toMatchObject({ status: 0, stderr: '' });
});

describe('in bash', () => {
  test.each([
    [['st'], ['start', 'status']],
    [['--log-f'], ['--log-format']],
    [
      ['--log-format', ''],
      ['auto', 'json', 'pretty'],
    ],
    [['start', '--network', 'pr'], ['private']],
    [['--http-port', '1', '--net'], ['--network']],
    [['get', 'k', '--me'], ['--meta']],
    [['get', '--ttl'], []],
    [['completion', 'b'], ['bash']],
    [
      ['omega', 's'],
      ['sign', 'show', 'serve'],
    ],
    [['omega', 'sign', '--key'], ['--key-file']],
    [['put', '--ttl', ''], []],
  ])('%j is completed with %j', async (words, expected) => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is bash.
    const completed = 'COMP_WORDS=(repram-node "$@"); COMP_CWORD=$#; _repram_node; printf "%s\\n" "${COMPREPLY[@]}"';
    const shell = spawnSync('bash', ['--norc', '-c', `${await scriptFor('bash')}\n${completed}`, 'bash', ...words], {
      encoding: 'utf8',
    });
    expect(shell.stderr).toBe('');
    expect(shell.stdout.split('\n').filter((line) => line !== '')).toEqual(expected);
  });
});

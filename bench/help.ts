import { PLACEHOLDERS } from '../scripts/live-wire-compat/cluster/command.js';
import { DEFAULTS, QUICK } from './options.js';
import { REPORT_SCHEMA } from './report.js';

export const HELP = `Measures real node processes, and compares them with a foreign node.

Usage: npm run bench -- [options]

  --against 'COMMAND'     Measure this node too, in turn with ours, and print ratios. It is started without a shell, with
                          the environment of wire v1, or with placeholders: ${PLACEHOLDERS.slice(0, 3).map(braced).join(' ')}
                          ${PLACEHOLDERS.slice(3).map(braced).join(' ')}
  --only NAME,...         Only these measurements (--list).
  --list                  Print the measurements and end.
  --quick                 One short run: --runs ${QUICK.runs} --seconds ${QUICK.seconds} --warm-up ${QUICK['warm-up']} --idle-seconds ${QUICK['idle-seconds']}
  --runs N                How often each is measured; medians are printed: ${DEFAULTS.runs}
  --seconds N             How long a load lasts: ${DEFAULTS.seconds}
  --warm-up N             How long a load goes before one that counts, in seconds: ${DEFAULTS['warm-up']}
  --idle-seconds N        How long idle nodes are watched: ${DEFAULTS['idle-seconds']}
  --keys N                Entries for the memory figures: 100000
  --eviction-timeout N    How long an eviction may take, in seconds: 120
  --generator NAME        wrk, autocannon, or auto: wrk where it is installed, as it takes less of the CPU the nodes need.
  --json FILE             Also write every sample as JSON (schema ${REPORT_SCHEMA}).
  -h, --help              This text.

Examples
  npm run bench -- --quick
  npm run bench -- --only put,get --runs 9 --json put-get.json
  npm run bench -- --against ./repram
  npm run bench -- --against 'node old/dist/index.js' --only idle,eviction

What each figure means: docs/performance.md.
Exit code: 0 measured · 1 a node could not be started or measured · 2 usage.
`;

function braced(name: string): string {
  return `{${name}}`;
}

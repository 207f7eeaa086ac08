import { CI_DEFAULTS } from './ci.js';
import { DEFAULT_TOPICS, TOPICS } from './event-filter.js';
import { FAILURES_FILE } from './failures-file.js';
import { DEFAULTS } from './options.js';

export const HELP = `Plays whole clusters in simulated time. One seed, one run: the same events, to the byte.

Usage: npm run sim -- [options]                     one run, shown; or many, counted
       npm run sim:soak -- [--hours H]              all scenarios with random seeds until Ctrl-C; failures are kept
                                                    in ${FAILURES_FILE}
       npm run sim:ci -- [--budget S] [--runs N] [--from-seed N]
                                                    the corpus and ${CI_DEFAULTS.runs} fresh seeds of mixed, and a tenth as many of
                                                    rough, within ${CI_DEFAULTS.budget} s

  --list                  Print the scenarios and end.
  --scenario S            What is played: ${DEFAULTS.scenario}

One run
  --seed N                Its seed, 0 to 4294967295; a random one, which is printed, where none is given.
  --events TOPIC,...      What is shown: ${TOPICS.join(', ')},
                          all or none. By default ${DEFAULT_TOPICS.join(', ')}.
  --node ID               Only what happens at this node.
  --from S, --to S        Only what happens between these seconds of the run.
  --digest                Print the SHA-256 of all events and nothing else.

Many runs
  --runs N                So many seeds in a row.
  --from-seed N           The first of them; a random one, which is printed, where none is given.
  --fail-fast             End with the first failure.

Everywhere
  --workers N             Processes that play at the same time, where there are many runs: one a core.
  --run-timeout S         Real seconds after which a run counts as hanging: ${DEFAULTS['run-timeout']} for one of many,
                          none for one that is shown
  --json                  Print one JSON object and nothing else. Not for sim:soak and sim:ci.
  -h, --help              This text.

Examples
  npm run sim -- --seed 42
  npm run sim -- --seed 42 --events all --node n3 --from 60 --to 65
  npm run sim -- --runs 1000

How to read a timeline, and what to do about a failure: docs/simulation.md.
Exit code: 0 every invariant held · 1 one did not, a run ended its process or hung, too few runs fitted in, or whoever read
the output ended before all was judged · 2 usage.
`;

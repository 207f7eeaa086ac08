import { OWN_COMMAND, PLACEHOLDERS } from './cluster/command.js';
import { REPORT_SCHEMA } from './report.js';

export const HELP = `Conformance runner for REPRAM wire v1. Knows nodes from the outside only: HTTP, gossip, WebSockets
and processes.

Usage: npm run wire-compat -- [--node URL]... [--spawn 'COMMAND']... [options]

Without --node and --spawn: one of our nodes alone, its signed root lists, then a cluster of three of ours.

What to test
  --node URL              A running node, http://host:port. May be repeated. Recorders join it as peers, so use a node
                          that may be written to; they answer until the run ends and are evicted after that.
  --spawn 'COMMAND'       How to start a node. May be repeated: each kind is tested alone, then all of them are mixed,
                          in turn, into one cluster of at least three. "ours" stands for: ${OWN_COMMAND}
  --secret S              The cluster secret of the --node nodes. Started nodes get secrets of the runner's own.

What to run and report
  --only PATTERN          Checks whose id holds PATTERN, or is all of it where it has a *. May be repeated.
  --list                  Print the checks and end.
  --report FILE.json      Also write the results as JSON.
  --strict                Hold foreign nodes to everything: what is known to differ in the field fails too.
                          Our own node (--spawn ours, or the default) always is.

Bounds
  --topology-timeout S    For every node to list every other: 60 s. Old nodes sync every 30 s.
  --eviction-timeout S    For the survivors of a kill -9 to evict the victim: 120 s. Old nodes need 90 s.
  --idle-seconds S        How long idle CPU and traffic are watched: 60 s.
  --recorder-address A    The address recorders advertise to --node nodes. By default the one this machine has towards
                          the node; name one where there is a translation in between.
  -h, --help              This text.

Pointing it at foreign binaries
  A command is started without a shell, once a node, with the environment of wire v1: REPRAM_HTTP_PORT,
  REPRAM_GOSSIP_PORT, REPRAM_ADDRESS=127.0.0.1, REPRAM_NODE_ID, REPRAM_NETWORK=private, REPRAM_PEERS, REPRAM_ENCLAVE,
  REPRAM_MIN_TTL, REPRAM_RATE_LIMIT and, where there is one, REPRAM_CLUSTER_SECRET; transients also get
  REPRAM_INBOUND=false, parents REPRAM_MAX_CHILDREN. Ports come from the system.
  A binary that takes flags gets them by placeholder: ${PLACEHOLDERS.map((name) => `{${name}}`).join(' ')}
  It has to stay in the foreground; every process it starts in its group is ended with it.

  A Go node, alone and as a cluster of three:
    npm run wire-compat -- --spawn ./repram
  An older TypeScript node:
    npm run wire-compat -- --spawn 'node old/dist/index.js'
  Ours between both of them:
    npm run wire-compat -- --spawn ours --spawn ./repram --spawn 'node old/dist/index.js' --report mixed.json
  A binary with flags, and one that needs a shell:
    npm run wire-compat -- --spawn './repram --port {http_port} --peers {peers}'
    npm run wire-compat -- --spawn "sh -c 'cd old && exec node dist/index.js'"
  The tree only: ours as the parent of a Go node, and as its child:
    npm run wire-compat -- --spawn ours --spawn ./repram --only 'child.*' --only 'parent.*' --only 'transient.*' --only 'tree.*'
  A node that is already running, with a secret, topology rules only:
    npm run wire-compat -- --node http://127.0.0.1:8080 --secret S --only 'sync.*'

Report (schema ${REPORT_SCHEMA})
  { schema, startedAt, durationMs, strict, ok, summary: { passed, failed, info, skipped }, targets: [
    { mode: "single"|"cluster"|"lists", name, url?, commands?, nodeId?, implementation?, error?, checks: [
      { id, title, group, reference, level: "required"|"info", status: "passed"|"failed"|"info"|"skipped",
        detail?, measured?: { name: number|string|boolean }, durationMs } ] } ] }

Exit code: 0 every required check passed · 1 one failed, or a node could not be reached or started · 2 usage.
`;

import { DEFAULTS } from './options.js';
import { REPORT_SCHEMA } from './report.js';

export const HELP = `Disturbs real node processes, and measures what the cluster makes of it.

Usage: npm run drill -- DRILL [options]

Drills
  kill      One of --nodes ${DEFAULTS.kill.nodes} is killed (SIGKILL) and started again, --runs ${DEFAULTS.kill.runs} times.
            Target: gone from every list within 4 s at p99; no healthy member evicted.
  stop      One of --nodes ${DEFAULTS.stop.nodes} is stopped (SIGSTOP) and continued, --runs ${DEFAULTS.stop.runs} times.
            Target: 10 s; no healthy member evicted.
  drop      Every packet of one of --nodes ${DEFAULTS.drop.nodes} is dropped, --runs ${DEFAULTS.drop.runs} times. Target: 10 s.
            --loss P: meanwhile, P % of all packets between nodes are lost too. Target: 30 s.
  halves    --nodes ${DEFAULTS.halves.nodes} are cut into two halves for --cut ${DEFAULTS.halves.cut}, both written to --rate ${DEFAULTS.halves.rate} rounds a second (a key
            on each side, one on both, one that was there before), --runs ${DEFAULTS.halves.runs} times. Targets: one cluster 15 s after
            the path is back, every key equal on all nodes 10 s later, the newer write kept of each conflict.
  join      --nodes ${DEFAULTS.join.nodes} hold --keys ${DEFAULTS.join.keys} of 1 KiB and are written to, --rate ${DEFAULTS.join.rate} a second, while one more
            joins, --runs ${DEFAULTS.join.runs} times. Targets: every key on it within 20 s, p99 of the writes less than doubled.
  restart   One of --nodes ${DEFAULTS.restart.nodes} that hold --keys ${DEFAULTS.restart.keys} is killed and started at once, --runs ${DEFAULTS.restart.runs} times.
            Targets: the others have noticed within 4 s, its data is back within 10 s.
  reattach-term, reattach-kill, reattach-silent, reattach-all
            A transient on one of three substrates, --rate ${DEFAULTS['reattach-kill'].rate} writes a second on it and as many on them, loses its parent:
            SIGTERM, SIGKILL (--runs ${DEFAULTS['reattach-kill'].runs}), every packet between the two dropped, all substrates killed (--runs ${DEFAULTS['reattach-all'].runs}).
            Targets: attached again within 250 ms, 300 ms at p99, 12 s, 2 s after the first is back; no
            acknowledged write is lost, and all written meanwhile is there 2 s later.
  reattach-many
            --children ${DEFAULTS['reattach-many'].children} transients on three substrates lose one of them (SIGKILL), --runs ${DEFAULTS['reattach-many'].runs} times.
            Targets: all attached again within 3 s, no survivor above its share + 20 %, nobody moved twice; 60 KiB
            of memory a child.
  omega-start
            A node of a public network starts with a key and a domain, --runs ${DEFAULTS['omega-start'].runs} times: with DNS, with a cache and DNS
            that refuses or is silent, with an expired cache, with records of which a bit was turned; and a transient
            whose list comes late. Targets: a replicated write after 2 s, attached after 1 s, refused by exit code 69.
  omega-tick, omega-eviction
            One of five roots loses everybody; the others are replaced on new ports, and a new list is published. Its path
            returns at any time (--runs ${DEFAULTS['omega-tick'].runs}), or at its first eviction (--runs ${DEFAULTS['omega-eviction'].runs}). Targets: in the new cluster 5 s after the
            next tick, 1 s after the last eviction; one recovery cycle at most begins, and nobody joins twice.
  seeds     Both seeds of --nodes ${DEFAULTS.seeds.nodes} are killed, given up, and started again, --runs ${DEFAULTS.seeds.runs} times. Target: all complete in 5 s.

Options
  --env REPRAM_X=value    A variable for every node; may be repeated. Without: the defaults of the product, but for
                          the rate limit and the log level.
  --json FILE             Also write every sample as JSON (schema ${REPORT_SCHEMA}).
  --write FILE            Also put the table into a page, between the marks of the same command (docs/drills.md).
  -h, --help              This text.

drop, halves, reattach-silent, omega-tick and omega-eviction give each node a network namespace. They need Linux, unshare and nsenter (package util-linux), ip
(iproute2) and nft (nftables), and to be root or allowed user namespaces. They run in namespaces of their own, which
are gone with them however they end: nothing is left on the machine, and nothing of its network is touched.

Examples
  npm run drill -- kill --nodes 10
  npm run drill -- drop --runs 3 --loss 30
  npm run drill -- halves --cut 30s --json halves.json

Exit code: 0 every target met · 1 one missed, or the drill could not be held · 2 usage.
`;

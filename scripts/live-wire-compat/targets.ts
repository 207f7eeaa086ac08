import type { Group } from './check.js';
import { Arena } from './cluster/arena.js';
import { type Kind, kindOf, OWN_WORD } from './cluster/command.js';
import { CLUSTER_GROUPS } from './cluster/groups.js';
import type { ConsoleList } from './console.js';
import { LIST_GROUPS } from './lists/groups.js';
import { ListBench } from './lists/list-bench.js';
import { ListCommands } from './lists/list-tool.js';
import { listedNode } from './lists/listed-node.js';
import type { Options } from './options.js';
import type { TargetReport } from './report.js';
import { type CheckResult, runGroups } from './runner.js';
import type { Selection } from './selection.js';
import { childSignaturesGroup } from './single/child-signatures.js';
import { SINGLE_GROUPS } from './single/groups.js';
import { limitsGroup } from './single/limits.js';
import { signaturesGroup } from './single/signatures.js';
import { Subject, type SubjectOptions } from './single/subject.js';
import { messageOf } from './wait.js';

/** A short minimum so that a value can be seen to expire, a short write timeout so that missing quorums cost little. */
const SOLO_ENVIRONMENT = { REPRAM_MIN_TTL: '2', REPRAM_WRITE_TIMEOUT: '2' };

interface SoloRun {
  readonly suffix: string;
  readonly groups: readonly Group<Subject>[];
  readonly secret?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Groups that need a node of their own. */
const APART: ReadonlySet<Group<Subject>> = new Set([signaturesGroup, childSignaturesGroup, limitsGroup]);

const SOLO_RUNS: readonly SoloRun[] = [
  { suffix: '', groups: SINGLE_GROUPS.filter((group) => !APART.has(group)) },
  { suffix: ', with a secret', groups: [signaturesGroup, childSignaturesGroup], secret: 'wire-compat sécret' },
  { suffix: ', with a rate limit of 50/s', groups: [limitsGroup], environment: { REPRAM_RATE_LIMIT: '50' } },
];

/** What one invocation runs, in order. Recorders live to the end, so that no node counts a vanished member. */
export class Targets {
  readonly #options: Options;
  readonly #selection: Selection;
  readonly #console: ConsoleList;
  readonly #subjects: Subject[] = [];
  readonly #arenas: Arena[] = [];

  constructor(options: Options, selection: Selection, list: ConsoleList) {
    this.#options = options;
    this.#selection = selection;
    this.#console = list;
  }

  async run(): Promise<readonly TargetReport[]> {
    const reports: TargetReport[] = [];
    for (const url of this.#options.nodes) reports.push(await this.#runNode(url));
    const kinds = this.#kinds();
    for (const kind of kinds) reports.push(...(await this.#runSolo(kind)));
    // Foreign nodes sign, verify and publish by programs of their own, which nobody can name here.
    const [own] = kinds.filter((kind) => kind.own);
    if (own !== undefined && this.#selects(LIST_GROUPS)) reports.push(await this.#runLists(own));
    if (kinds.length > 0 && this.#selects(CLUSTER_GROUPS)) reports.push(await this.#runCluster(kinds));
    return reports;
  }

  /** Stops what is still running. Never throws. */
  async close(): Promise<void> {
    const closing = [...this.#subjects.map((subject) => subject.close()), ...this.#arenas.map((arena) => arena.stop())];
    await Promise.allSettled(closing);
  }

  /** Ours, where nothing at all was named. */
  #kinds(): readonly Kind[] {
    const { nodes, spawns } = this.#options;
    const templates = spawns.length === 0 && nodes.length === 0 ? [OWN_WORD] : spawns;
    return templates.map(kindOf);
  }

  #selects<Context>(groups: readonly Group<Context>[]): boolean {
    return this.#selection.of(groups).length > 0;
  }

  async #runNode(url: URL): Promise<TargetReport> {
    const { secret, strict, recorderAddress } = this.#options;
    const subject: SubjectOptions = {
      url,
      strict,
      ...(secret === undefined ? {} : { secret }),
      ...(recorderAddress === undefined ? {} : { recorderAddress }),
    };
    this.#console.targetStarted(`Node ${url.origin}`);
    return this.#runSingle({ mode: 'single', name: url.origin, url: url.origin }, subject, SINGLE_GROUPS);
  }

  /** A node of the kind alone, open; then with a secret, and with a low rate limit, for the rules about those. */
  async #runSolo(kind: Kind): Promise<readonly TargetReport[]> {
    const reports: TargetReport[] = [];
    for (const solo of SOLO_RUNS.filter(({ groups }) => this.#selects(groups))) {
      this.#console.targetStarted(`${kind.label}, alone${solo.suffix}`);
      reports.push(await this.#runSoloNode(kind, solo));
    }
    return reports;
  }

  async #runSoloNode(kind: Kind, { suffix, groups, secret, environment }: SoloRun): Promise<TargetReport> {
    const arena = this.#arena([kind]);
    const about = { mode: 'single' as const, name: `${kind.label}, alone${suffix}`, commands: [kind.template] };
    const withSecret = secret === undefined ? {} : { secret };
    const cluster = arena.newCluster({
      prefix: `wc-${arena.run}-solo`,
      environment: { ...SOLO_ENVIRONMENT, ...environment },
      enclave: 'wire-compat',
      ...withSecret,
    });
    try {
      const { url } = await cluster.add(kind);
      return await this.#runSingle(about, { url, strict: arena.isStrictFor(kind), ...withSecret }, groups);
    } catch (error) {
      return this.#unreachable(about, error);
    } finally {
      await arena.stop();
    }
  }

  async #runSingle(
    about: Omit<TargetReport, 'checks'>,
    options: SubjectOptions,
    groups: readonly Group<Subject>[],
  ): Promise<TargetReport> {
    let subject: Subject;
    try {
      subject = await Subject.meet(options);
    } catch (error) {
      return this.#unreachable(about, error);
    }
    this.#subjects.push(subject);
    // Joined first, so that writes find a quorum; where it fails, the checks about it say so.
    await subject.peer('home').catch(() => undefined);
    const checks = await runGroups(this.#selection.of(groups), subject, this.#console);
    return { ...about, nodeId: subject.nodeId, implementation: subject.implementation, checks };
  }

  /** The root lists of a kind: its commands, and a node of its own. */
  async #runLists(kind: Kind): Promise<TargetReport> {
    const name = `${kind.label}, signed root lists`;
    this.#console.targetStarted(name);
    const arena = this.#arena([kind]);
    const cluster = arena.newCluster({ prefix: `wc-${arena.run}-listed` });
    const bench = await ListBench.open({
      tool: new ListCommands(kind),
      startNode: async (environment) => listedNode(await cluster.add(kind, { peers: [], environment })),
    });
    try {
      const checks = await runGroups(this.#selection.of(LIST_GROUPS), bench, this.#console);
      return { mode: 'lists', name, commands: [kind.template], checks };
    } finally {
      await Promise.all([arena.stop(), bench.close()]);
    }
  }

  async #runCluster(kinds: readonly Kind[]): Promise<TargetReport> {
    const arena = this.#arena(kinds);
    const name = `Cluster of ${kinds.map((kind) => kind.label).join(' + ')}`;
    this.#console.targetStarted(name);
    try {
      const checks = await runGroups(this.#selection.of(CLUSTER_GROUPS), arena, this.#console);
      if (checks.some((check) => check.status === 'failed')) await this.#showLogs(arena);
      return { mode: 'cluster', name, commands: kinds.map((kind) => kind.template), checks };
    } finally {
      await arena.stop();
    }
  }

  #arena(kinds: readonly Kind[]): Arena {
    const { strict, evictionTimeoutMs, topologyTimeoutMs, idleSeconds } = this.#options;
    const arena = new Arena({ kinds, strict, evictionTimeoutMs, topologyTimeoutMs, idleSeconds });
    this.#arenas.push(arena);
    return arena;
  }

  async #showLogs(arena: Arena): Promise<void> {
    for (const node of await arena.mainNodes()) this.#console.log(node.name, node.lastLogLines(15));
  }

  #unreachable(about: Omit<TargetReport, 'checks'>, error: unknown): TargetReport {
    const checks: readonly CheckResult[] = [];
    this.#console.targetFailed(messageOf(error));
    return { ...about, error: messageOf(error), checks };
  }
}

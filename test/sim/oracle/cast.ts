import type { SimHost } from '../world/host.js';
import type { Machine } from '../world/machine.js';
import type { WorldObserver } from '../world/observer.js';
import type { SimProcess } from '../world/process.js';
import type { World } from '../world/world.js';

interface Appearance {
  readonly host: SimHost;
  readonly startedMs: number;
}

/** Who has ever run where, and as whom. Bounded by the processes of the run. */
export class Cast implements WorldObserver {
  readonly #world: World;
  readonly #byProcess = new WeakMap<SimProcess, Appearance>();
  readonly #byId = new Map<string, Appearance[]>();
  readonly #byMachine = new Map<Machine, Appearance[]>();

  constructor(world: World) {
    this.#world = world;
    for (const host of world.everyHost) this.started(host);
  }

  started(host: SimHost): void {
    const appearance = { host, startedMs: this.#world.elapsedMs };
    this.#byProcess.set(host.process, appearance);
    append(this.#byId, host.id, appearance);
    append(this.#byMachine, host.machine, appearance);
  }

  of(process: SimProcess): SimHost | undefined {
    return this.#byProcess.get(process)?.host;
  }

  /** The node that runs on a machine now. */
  at(machine: Machine): SimHost | undefined {
    return machine.listener && this.of(machine.listener.process);
  }

  /** World time at which the process began. */
  startedMs(host: SimHost): number {
    return this.#byProcess.get(host.process)?.startedMs ?? 0;
  }

  /** Whether `host` is the last process that was started under its id. */
  isLatestOfItsId(host: SimHost): boolean {
    return this.#byId.get(host.id)?.at(-1)?.host === host;
  }

  /** Whether every process of the id has been in that enclave. */
  isOnlyEverIn(id: string, enclave: string): boolean {
    return this.#byId.get(id)?.every(({ host }) => host.enclave === enclave) ?? false;
  }

  /** Whether no process of the id has been in that enclave. */
  isNeverIn(id: string, enclave: string): boolean {
    return this.#byId.get(id)?.every(({ host }) => host.enclave !== enclave) ?? true;
  }

  /** Whether only processes of one id have ever run on the machine. */
  hasOneId(machine: Machine): boolean {
    const all = this.#byMachine.get(machine) ?? [];
    return all.every(({ host }) => host.id === all[0]?.host.id);
  }

  /** Whether a node of another id has come up since at an address the id had. */
  isSucceeded(id: string): boolean {
    return (this.#byId.get(id) ?? []).some(({ host, startedMs }) =>
      (this.#byMachine.get(host.machine) ?? []).some((other) => other.host.id !== id && other.startedMs >= startedMs),
    );
  }
}

function append<K>(map: Map<K, Appearance[]>, key: K, appearance: Appearance): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [appearance]);
  else list.push(appearance);
}

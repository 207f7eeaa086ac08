import { type Check, failed, skipped, type Verdict } from '../check.js';
import { ChildRecorder } from '../tree/child-recorder.js';
import { messageOf } from '../wait.js';
import type { FrameForm, WireFrame } from '../wire/frame.js';
import type { Subject } from './subject.js';

export interface ChildSettings {
  readonly enclave?: string;
  readonly form?: FrameForm;
  /** Instead of the id that the name gives. */
  readonly id?: string;
}

/** The children that one check attaches to the node under test. */
export class Nursery {
  readonly subject: Subject;
  /** Bounded by the few a check opens. */
  readonly #children: ChildRecorder[] = [];

  constructor(subject: Subject) {
    this.subject = subject;
  }

  /** A socket on which nothing was said yet. */
  async dial(name: string, settings: ChildSettings = {}): Promise<ChildRecorder> {
    const { url, run, enclave, secret } = this.subject;
    const child = await ChildRecorder.dial({
      url,
      id: settings.id ?? `wc-${run}-${name}`,
      enclave: settings.enclave ?? enclave,
      form: settings.form ?? 'typescript',
      ...(secret === undefined ? {} : { secret }),
    });
    this.#children.push(child);
    return child;
  }

  async attach(name: string, settings: ChildSettings = {}): Promise<ChildRecorder> {
    return (await this.welcomed(name, settings)).child;
  }

  async welcomed(name: string, settings: ChildSettings = {}): Promise<{ child: ChildRecorder; welcome: WireFrame }> {
    const child = await this.dial(name, settings);
    return { child, welcome: await child.attach(this.subject.timing.answerMs) };
  }

  /** The sockets are gone when it resolves, so that the ids can be used again. */
  async close(): Promise<void> {
    for (const { socket } of this.#children) socket.terminate();
    await Promise.all(this.#children.map(({ socket }) => socket.ended));
  }
}

type ChildRule = Omit<Check<Subject>, 'level' | 'reference' | 'run'> & {
  readonly run: (nursery: Nursery) => Promise<Verdict>;
};

const REFERENCE = 'WebSocket attachment';

/** A rule that only a node which takes children can keep. */
export function childCheck({ run, ...rule }: ChildRule): Check<Subject> {
  return {
    ...rule,
    reference: REFERENCE,
    level: 'required',
    async run(subject) {
      const refusal = await subject.remembered(refusalOfChildren);
      if (refusal !== undefined) {
        const detail = `takes no children: ${refusal}`;
        return subject.strict ? failed(detail) : skipped(detail);
      }
      const nursery = new Nursery(subject);
      try {
        return await run(nursery);
      } finally {
        await nursery.close();
      }
    },
  };
}

/** Why the node takes no children; undefined where it does. */
async function refusalOfChildren(subject: Subject): Promise<string | undefined> {
  const nursery = new Nursery(subject);
  try {
    await nursery.attach('first-child');
    return undefined;
  } catch (error) {
    return messageOf(error);
  } finally {
    await nursery.close();
  }
}

import type { Member } from '../membership/member.js';
import type { Entry } from '../ports/store.js';
import { compareVersions, type Version } from '../version.js';
import type { ReplicaReply } from './request.js';

/** What the replicas that have answered know of one key. */
export class Reading {
  /** The newest version known of so far, by any replica, and its entry, where another replica gave it. */
  #newest: Version | undefined;
  #entry: Entry | undefined;
  /** One for each member that answered. Bounded by the enclave. */
  readonly #copies: { readonly member: Member; readonly version: Version | undefined }[] = [];

  /** @param own the version this node knows of */
  constructor(own: Version | undefined) {
    this.#newest = own;
  }

  /** Replicas that have answered, this node included. */
  get answered(): number {
    return this.#copies.length + 1;
  }

  get newest(): Version | undefined {
    return this.#newest;
  }

  /** The entry of the newest version, if it came from another replica; a newer one that came without has expired. */
  get entry(): Entry | undefined {
    return this.#entry;
  }

  add(member: Member, { entry, version: known }: ReplicaReply<'read'>): void {
    const version = entry?.version ?? known;
    this.#copies.push({ member, version });
    if (version === undefined || !isOlder(this.#newest, version)) return;
    this.#newest = version;
    this.#entry = entry;
  }

  /** The members that answered and know nothing as new as `version`. */
  lacking(version: Version): readonly Member[] {
    return this.#copies.filter((copy) => isOlder(copy.version, version)).map(({ member }) => member);
  }
}

function isOlder(known: Version | undefined, version: Version): boolean {
  return known === undefined || compareVersions(known, version) < 0;
}

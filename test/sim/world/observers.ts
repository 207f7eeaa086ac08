import { formatHostPort } from '../../../src/gossip/address.js';
import type { Entry, PutOutcome } from '../../../src/gossip/ports/store.js';
import type { Exchange, ExchangeResult } from './network.js';
import type { WorldObserver } from './observer.js';
import type { WriteOperation } from './operation.js';
import { momentText, valueText, versionText } from './texts.js';

/** One observer that passes everything on to those in the list, in order, late ones included. */
export function broadcast(observers: readonly WorldObserver[]): WorldObserver {
  return {
    posted: (post) => {
      for (const observer of observers) observer.posted?.(post);
    },
    settled: (post, result) => {
      for (const observer of observers) observer.settled?.(post, result);
    },
    sent: (exchange) => {
      for (const observer of observers) observer.sent?.(exchange);
    },
    lost: (exchange, what) => {
      for (const observer of observers) observer.lost?.(exchange, what);
    },
    taken: (exchange, by, answer) => {
      for (const observer of observers) observer.taken?.(exchange, by, answer);
    },
    concluded: (exchange, result) => {
      for (const observer of observers) observer.concluded?.(exchange, result);
    },
    linkSaid: (link, data) => {
      for (const observer of observers) observer.linkSaid?.(link, data);
    },
    linkHeard: (link, data) => {
      for (const observer of observers) observer.linkHeard?.(link, data);
    },
    started: (host) => {
      for (const observer of observers) observer.started?.(host);
    },
    ended: (host, how) => {
      for (const observer of observers) observer.ended?.(host, how);
    },
    stored: (node, entry, outcome) => {
      for (const observer of observers) observer.stored?.(node, entry, outcome);
    },
    memberChanged: (node, event) => {
      for (const observer of observers) observer.memberChanged?.(node, event);
    },
    removed: (node, tombstone) => {
      for (const observer of observers) observer.removed?.(node, tombstone);
    },
    writing: (operation) => {
      for (const observer of observers) observer.writing?.(operation);
    },
    wrote: (operation) => {
      for (const observer of observers) observer.wrote?.(operation);
    },
    read: (operation) => {
      for (const observer of observers) observer.read?.(operation);
    },
    stepped: (ran) => {
      for (const observer of observers) observer.stepped?.(ran);
    },
  };
}

/** Writes what is observed into an event log. What concerns a key begins with it. `writeOf` names the write of an entry. */
export function logTo(
  note: (node: string, kind: string, text: string) => void,
  writeOf: (entry: Entry) => WriteOperation | undefined,
): WorldObserver {
  return {
    sent: (exchange) => note(exchange.from.label, 'send', `${named(exchange)} to ${formatHostPort(exchange.to)}`),
    lost: (exchange, what) => note(exchange.from.label, 'lost', `${named(exchange)} ${what}`),
    taken: (exchange, by, answer) => note(by.label, 'take', `${named(exchange)} ${answer.status}`),
    concluded: (exchange, result) => note(exchange.from.label, 'done', `${named(exchange)} ${resultText(result)}`),
    started: (host) => note(host.id, 'start', `${host.kind} at ${formatHostPort(host.address)} in ${host.enclave}`),
    ended: (host, how) => note(host.id, 'end', how),
    stored: (node, entry, outcome) => note(node.id, 'store', storedText(entry, outcome, writeOf(entry))),
    removed: (node, { id, incarnation }) => note(node.id, 'remove', `${id} up to incarnation ${incarnation}`),
    writing: ({ host, key, id, ttlSeconds }) => note(host.id, 'put', `${key} write ${id} for ${ttlSeconds} s`),
    wrote: ({ host, key, id, status }) => note(host.id, 'put', `${key} write ${id} answered ${status}`),
    read: ({ host, key, value }) =>
      note(host.id, 'get', `${key} ${value === undefined ? 'nothing' : valueText(value)}`),
  };
}

function named({ id, type }: Exchange): string {
  return `#${id} ${type}`;
}

function storedText(entry: Entry, outcome: PutOutcome, write: WriteOperation | undefined): string {
  const what = write === undefined ? 'what nobody wrote' : `write ${write.id}`;
  return `${entry.key} ${what} ${outcome}, ${versionText(entry.version)} until ${momentText(entry.expiresAtMs)}`;
}

function resultText(result: ExchangeResult): string {
  return 'answer' in result ? String(result.answer.status) : result.failure.kind;
}

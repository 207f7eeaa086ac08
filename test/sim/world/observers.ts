import { formatHostPort } from '../../../src/gossip/address.js';
import type { Exchange, ExchangeResult } from './network.js';
import type { WorldObserver } from './observer.js';
import type { WriteOperation } from './operation.js';

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

/** Writes what is observed into an event log. */
export function logTo(note: (node: string, kind: string, text: string) => void): WorldObserver {
  return {
    sent: (exchange) => note(exchange.from.label, 'send', `${named(exchange)} to ${formatHostPort(exchange.to)}`),
    lost: (exchange, what) => note(exchange.from.label, 'lost', `${named(exchange)} ${what}`),
    taken: (exchange, by, answer) => note(by.label, 'take', `${named(exchange)} ${answer.status}`),
    concluded: (exchange, result) => note(exchange.from.label, 'done', `${named(exchange)} ${resultText(result)}`),
    started: (host) => note(host.id, 'start', `${host.kind} at ${formatHostPort(host.address)} in ${host.enclave}`),
    ended: (host, how) => note(host.id, 'end', how),
    stored: (node, entry, outcome) =>
      note(node.id, 'store', `${outcome} ${entry.key} ${JSON.stringify(entry.version)}`),
    writing: (operation) => note(operation.host.id, 'put', `${named(operation)} ${operation.key}`),
    wrote: (operation) => note(operation.host.id, 'put', `${named(operation)} ${operation.status}`),
    read: ({ host, key, value }) => note(host.id, 'get', `${key} ${value?.slice(0, 40) ?? 'nothing'}`),
  };
}

function named(numbered: Exchange | WriteOperation): string {
  return 'type' in numbered ? `#${numbered.id} ${numbered.type}` : `write ${numbered.id}`;
}

function resultText(result: ExchangeResult): string {
  return 'answer' in result ? String(result.answer.status) : result.failure.kind;
}

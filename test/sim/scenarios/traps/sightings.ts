import { formatHostPort } from '../../../../src/gossip/address.js';
import { decodeMessage } from '../../../../src/gossip/wire/decode.js';
import type { Message } from '../../../../src/gossip/wire/message.js';
import { MESSAGE_PATH } from '../../../../src/node/wire/paths.js';
import type { SimHost } from '../../world/host.js';
import type { Exchange } from '../../world/network.js';
import type { World } from '../../world/world.js';

/** Calls `onMessage` for every message that a node sends from now on. */
export function watchSent(world: World, by: SimHost, onMessage: (message: Message, exchange: Exchange) => void): void {
  world.observe({
    sent: (exchange) => {
      if (exchange.from !== by.machine || exchange.request.path !== MESSAGE_PATH) return;
      const decoded = decodeMessage(exchange.request.body);
      if (decoded.ok && decoded.message.type !== 'UNKNOWN') onMessage(decoded.message, exchange);
    },
  });
}

export function isTo(exchange: Exchange, host: SimHost): boolean {
  return formatHostPort(exchange.to) === host.machine.name;
}

import type { FieldReader } from '../../gossip/wire/field-reader.js';
import { MAX_INSTANCE_BYTES, MAX_TIMESTAMP_MS } from '../../gossip/wire/limits.js';
import type { FrameExtension } from '../frame.js';
import type { Fields } from './fields.js';

/** `x` of a hello or a welcome. */
export function extensionFields(extension: FrameExtension | undefined): Fields | undefined {
  return (
    extension && {
      incarnation: extension.incarnation,
      instance: extension.instance,
      at: Math.floor(extension.sentMs),
      redirected: extension.isRedirected,
    }
  );
}

/** Only nodes of this implementation write `x`: a malformed one is a fault and spoils the whole frame. */
export function readExtension(fields: FieldReader): { readonly extension?: FrameExtension } {
  const extension = fields.optional('x', (x) => ({
    incarnation: x.count('incarnation', Number.MAX_SAFE_INTEGER),
    instance: x.id('instance', MAX_INSTANCE_BYTES),
    sentMs: x.count('at', MAX_TIMESTAMP_MS),
    ...(x.flag('redirected') && { isRedirected: true as const }),
  }));
  return extension === undefined ? {} : { extension };
}

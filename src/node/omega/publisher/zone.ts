import {
  type Answer,
  AUTHORITATIVE_ANSWER,
  type DecodedPacket,
  decode,
  encode,
  type Packet,
  type Question,
  RECURSION_DESIRED,
  type SoaAnswer,
  TRUNCATED_RESPONSE,
  type TxtAnswer,
} from 'dns-packet';
import { pointerName } from '../../../omega/sources.js';

/** Bytes of one character string of a TXT record (RFC 1035 section 3.3). */
export const SEGMENT_BYTES = 255;

const RCODE = { noError: 0, formatError: 1, notImplemented: 4, refused: 5, nameError: 3 } as const;
const OPCODE_BITS = 0x7800;
const HEADER_BYTES = 12;
/** What every resolver takes without EDNS (RFC 1035), and what we send at most with it (DNS flag day 2020). */
const PLAIN_UDP_BYTES = 512;
const MAX_UDP_BYTES = 1232;
/** How long resolvers may keep what they were told, in seconds. */
const TTL_S = 60;

export interface ZoneOptions {
  /** Without a dot at its end. */
  readonly domain: string;
}

/** What is published: the line, and the serial number of the zone. */
export interface Published {
  readonly line: string;
  readonly serial: number;
}

/** A DNS zone of two TXT records: where the list is, and the list. It answers bytes with bytes, and never throws. */
export class Zone {
  readonly #domain: string;
  readonly #published: () => Published;

  constructor(options: ZoneOptions, parts: { readonly published: () => Published }) {
    this.#domain = options.domain.toLowerCase();
    this.#published = parts.published;
  }

  /** The name of the record that holds the list. */
  get listName(): string {
    return `_roots.${this.#domain}`;
  }

  /** The answer to one message, cut to what its transport carries; `undefined` where it deserves none. */
  answer(query: Buffer, transport: 'udp' | 'tcp'): Buffer | undefined {
    // An answer to an answer could go back and forth for ever.
    if (query.length < HEADER_BYTES || (query.readUInt8(2) & 0x80) !== 0) return undefined;
    const id = query.readUInt16BE(0);
    try {
      return this.#encoded(decode(query), transport);
    } catch {
      return encode({ type: 'response', id, flags: RCODE.formatError });
    }
  }

  #encoded(query: DecodedPacket, transport: 'udp' | 'tcp'): Buffer {
    const response = this.#respond(query);
    const whole = encode(response);
    const edns = query.additionals?.find((record) => record.type === 'OPT');
    const offered = edns?.type === 'OPT' ? edns.udpPayloadSize : 0;
    const limit = Math.min(MAX_UDP_BYTES, Math.max(PLAIN_UDP_BYTES, offered));
    if (transport === 'tcp' || whole.length <= limit) return whole;
    const { answers: _, authorities: __, ...rest } = response;
    return encode({ ...rest, flags: (rest.flags ?? 0) | TRUNCATED_RESPONSE });
  }

  #respond(query: DecodedPacket): Packet {
    const edns = query.additionals?.some((record) => record.type === 'OPT') ?? false;
    const kept = (query.flags ?? 0) & (OPCODE_BITS | RECURSION_DESIRED);
    const respond = (rcode: number, parts: Partial<Packet> = {}): Packet => ({
      type: 'response',
      id: query.id ?? 0,
      questions: query.questions ?? [],
      ...parts,
      flags: kept | (parts.flags ?? 0) | rcode,
      ...(edns && {
        additionals: [
          {
            type: 'OPT',
            name: '.',
            udpPayloadSize: MAX_UDP_BYTES,
            extendedRcode: 0,
            ednsVersion: 0,
            flags: 0,
            flag_do: false,
            options: [],
          },
        ],
      }),
    });
    if (((query.flags ?? 0) & OPCODE_BITS) !== 0) return respond(RCODE.notImplemented);
    const [question, ...others] = query.questions ?? [];
    if (question === undefined || others.length > 0) return respond(RCODE.formatError);
    if (!this.#isOurs(question)) return respond(RCODE.refused);
    const found = this.#records(question);
    const answers = found ?? [];
    return respond(found === undefined ? RCODE.nameError : RCODE.noError, {
      flags: AUTHORITATIVE_ANSWER,
      answers,
      ...(answers.length === 0 && { authorities: [this.#soa()] }),
    });
  }

  #isOurs({ name, class: kind }: Question): boolean {
    const asked = name.toLowerCase();
    return (kind ?? 'IN') === 'IN' && (asked === this.#domain || asked.endsWith(`.${this.#domain}`));
  }

  /** The records of the type that is asked for; `undefined` where the name does not exist. */
  #records({ name, type }: Question): Answer[] | undefined {
    const asked = name.toLowerCase();
    const text = this.#textAt(asked);
    if (text !== undefined) return wants(type, 'TXT') ? [txt(name, text)] : [];
    if (asked === this.#domain) return wants(type, 'SOA') ? [this.#soa()] : [];
    return undefined;
  }

  #textAt(name: string): string | undefined {
    if (name === pointerName(this.#domain)) return `omega=${this.listName}`;
    return name === this.listName ? this.#published().line : undefined;
  }

  #soa(): SoaAnswer {
    const data = {
      mname: this.#domain,
      rname: `hostmaster.${this.#domain}`,
      serial: this.#published().serial,
      refresh: 600,
      retry: 60,
      expire: 86_400,
      minimum: TTL_S,
    };
    return { type: 'SOA', name: this.#domain, ttl: TTL_S, class: 'IN', data };
  }
}

/** The character strings that a TXT record holds a text in. */
export function segmentsOf(text: string): readonly string[] {
  const bytes = Buffer.from(text, 'latin1');
  return Array.from({ length: Math.max(1, Math.ceil(bytes.length / SEGMENT_BYTES)) }, (_, at) =>
    bytes.toString('latin1', at * SEGMENT_BYTES, (at + 1) * SEGMENT_BYTES),
  );
}

function txt(name: string, text: string): TxtAnswer {
  return {
    type: 'TXT',
    name,
    ttl: TTL_S,
    class: 'IN',
    data: segmentsOf(text).map((part) => Buffer.from(part, 'latin1')),
  };
}

/** `ANY` asks for whatever there is; its name is missing from the library's types. */
function wants(asked: string, type: 'TXT' | 'SOA'): boolean {
  return asked === type || asked === 'ANY';
}

/** The two implementations in the field. They differ in field order, message ids and what they make of bad input. */
export const FLAVOURS = ['go', 'ts'] as const;
export type LegacyFlavour = (typeof FLAVOURS)[number];

/** Go's HTTP helpers end a line of text or JSON with a line feed; the TypeScript node writes the bare text. */
export function answerText(flavour: LegacyFlavour, text: string): Uint8Array {
  return Buffer.from(flavour === 'go' ? `${text}\n` : text);
}

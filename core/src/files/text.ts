/** Text and bytes, by the codecs that browsers and Node bring (the language's own library does not name them). */
interface Codecs {
  TextEncoder: new () => { encode(text: string): Uint8Array };
  TextDecoder: new (encoding: string, options: { fatal: boolean }) => { decode(bytes: Uint8Array): string };
}
const codecs = globalThis as unknown as Codecs;

/** UTF-8 bytes of a text. */
export const encodeText = (text: string): Uint8Array => new codecs.TextEncoder().encode(text);

/** The text of UTF-8 bytes. @throws TypeError for bytes that are none */
export const decodeText = (bytes: Uint8Array): string =>
  new codecs.TextDecoder("utf-8", { fatal: true }).decode(bytes);

/** The text of bytes that stand for one character each. */
export const decodeLatin1 = (bytes: Uint8Array): string =>
  new codecs.TextDecoder("latin1", { fatal: false }).decode(bytes);

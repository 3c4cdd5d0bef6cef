/**
 * Ids to text where a token's letters stand for bytes (GPT-2's byte level; Radford et al., 2019): each token's bytes are
 * looked up, and all are read as UTF-8 together. A stream decodes some tokens for each one that it tells, and the
 * tokenizers package, whose text this is, takes ten times as long for it.
 */
import type { TokenizerFiles } from "./weights/mod.ts";

interface ByteLevelFiles {
  readonly decoder?: { readonly type?: string } | null;
  readonly model?: { readonly vocab?: Readonly<Record<string, number>>; readonly unk_token?: string | null };
}

/** Bytes as their letters: the printable ones of Latin-1 are themselves, the others follow from U+0100 on. */
const BYTES: ReadonlyMap<string, number> = new Map(
  [...Array(256).keys()]
    .toSorted((a, b) => Number(isPrintable(b)) - Number(isPrintable(a)) || a - b)
    .map((byte, i) => [String.fromCharCode(isPrintable(byte) ? byte : 256 + i - 188), byte]),
);

function isPrintable(byte: number): boolean {
  return byte >= 0x21 && byte <= 0x7e || byte >= 0xa1 && byte <= 0xac || byte >= 0xae && byte <= 0xff;
}

/** The decoder; undefined where the tokenizer's own is another, or knows a token for what has none. */
export function byteLevel(
  tokenizer: TokenizerFiles["tokenizer"],
): ((ids: readonly number[]) => string) | undefined {
  const { decoder, model } = tokenizer as ByteLevelFiles;
  if (decoder?.type !== "ByteLevel" || !model?.vocab || typeof model.unk_token === "string") return undefined;
  const tokens: string[] = [];
  for (const [token, id] of Object.entries(model.vocab)) tokens[id] = token;
  for (const { id, content } of tokenizer.added_tokens) tokens[id] = content;
  // These are texts as they stand.
  const added = new Set(tokenizer.added_tokens.map(({ content }) => content));
  const [encoder, reader] = [new TextEncoder(), new TextDecoder("utf-8", { ignoreBOM: true })];
  const [known, texts]: [Uint8Array[], string[]] = [[], []];
  const bytesOf = (id: number): Uint8Array => {
    const token = tokens[id] ?? "";
    if (added.has(token)) return encoder.encode(token);
    return Uint8Array.from(token, (letter) => BYTES.get(letter) ?? 0);
  };
  return (ids) => {
    if (ids.length === 1) return texts[ids[0]!] ??= reader.decode(bytesOf(ids[0]!));
    const parts = ids.map((id) => known[id] ??= bytesOf(id));
    const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return reader.decode(bytes);
  };
}

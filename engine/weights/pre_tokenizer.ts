/**
 * How text is cut before byte pairs are merged. The tokenizers package's own Digits and ByteLevel read \d and \s as
 * JavaScript does (ASCII digits; U+FEFF is white space, U+0085 is not), so both are spelt out as Splits, whose patterns
 * the package reads as Unicode does.
 */
import { UserError } from "../engine.ts";

/** Each match of the pattern a piece of its own. */
export const cut = (Regex: string) => ({
  type: "Split",
  pattern: { Regex },
  behavior: "Isolated",
  invert: false,
});

/** GPT-2's words (Radford et al., 2019). */
export const GPT2_WORDS =
  String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+` +
  String.raw`|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+`;

/** Bytes as GPT-2's letters, and no more. */
export const BYTE_LEVEL = {
  type: "ByteLevel",
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: false,
} as const;

interface PreTokenizer {
  readonly type: string;
  readonly pretokenizers?: readonly PreTokenizer[];
  readonly individual_digits?: boolean;
  readonly use_regex?: boolean;
  readonly add_prefix_space?: boolean;
  readonly behavior?: string;
}

/** A tokenizer.json's pre_tokenizer as the package reads it aright. @throws {UserError} when it cannot. */
export function corrected(given: PreTokenizer | null, path: string): object | null {
  if (given === null || given === undefined) return null;
  switch (given.type) {
    case "Sequence":
      if (!Array.isArray(given.pretokenizers)) {
        throw new UserError(`Cannot read the tokenizer ${path} as its Sequence must be a list: it is not.`);
      }
      return { ...given, pretokenizers: given.pretokenizers.map((one) => corrected(one, path)) };
    case "Digits":
      return cut(given.individual_digits ? String.raw`\p{N}` : String.raw`\p{N}+`);
    case "ByteLevel":
      // A space that is put first is put before the text is cut.
      if (given.use_regex === false || given.add_prefix_space) return given;
      return { type: "Sequence", pretokenizers: [cut(GPT2_WORDS), BYTE_LEVEL] };
    case "Split":
      if (["isolated", "removed"].includes(`${given.behavior}`.toLowerCase())) return given;
      throw new UserError(
        `Cannot read the tokenizer ${path} as its splits must be Isolated or Removed: found ${given.behavior}.`,
      );
    default:
      return given;
  }
}

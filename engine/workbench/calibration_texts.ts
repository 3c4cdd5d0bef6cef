/** Calibration texts in the cache under the digest of their content, so that a recipe can name them in plain data. */
import { cacheFolder, publish } from "../assets/mod.ts";
import { UserError } from "../engine.ts";
import { type Digest, digest } from "../stack.ts";
import type { Tokenizer } from "../tokenizer.ts";

/** Texts by the name of the set that they come from. */
export type CalibrationTexts = Readonly<Record<string, readonly string[]>>;

const path = (texts: Digest) => `calibration/${texts}.json`;

/** Keeps the texts; returns the digest that finds them. */
export async function keepTexts(texts: CalibrationTexts): Promise<Digest> {
  const name = await digest(texts);
  await publish(path(name), (file) => Deno.writeTextFile(file, JSON.stringify(texts)));
  return name;
}

/** The texts of a digest. @throws {UserError} when they are not kept here. */
export async function keptTexts(texts: Digest): Promise<CalibrationTexts> {
  try {
    const found = JSON.parse(await Deno.readTextFile(`${cacheFolder()}/${path(texts)}`));
    if (await digest(found) === texts) return found;
  } catch {
    // As where they are not what they were.
  }
  throw new UserError(
    `Cannot calibrate as the texts ${
      texts.slice(0, 12)
    } must be in the cache as they were drawn: they are not. ` +
      "Run it again, so that they are drawn anew.",
  );
}

/**
 * `count` pieces of `tokens` tokens each: every set gives its next in turn, each text its first before any its second.
 * @throws {UserError} when the sets do not hold as many, or one of them none at all.
 */
export function cutTexts(
  texts: CalibrationTexts,
  tokenizer: Tokenizer,
  count: number,
  tokens: number,
): readonly (readonly number[])[] {
  const sets = Object.entries(texts).map(([name, all]) => {
    const pieces = all.flatMap((text) => {
      const ids = tokenizer.encode(text);
      const length = Math.floor(ids.length / tokens);
      return Array.from({ length }, (_, i) => ({ i, piece: ids.slice(i * tokens, (i + 1) * tokens) }));
    }).sort((a, b) => a.i - b.i).map(({ piece }) => piece);
    if (pieces.length === 0) throw tooLittle(`${name} has none`, count, tokens);
    return pieces;
  });
  const cut: (readonly number[])[] = [];
  for (let turn = 0; cut.length < count; turn++) {
    const next = sets.flatMap((pieces) => pieces.slice(turn, turn + 1));
    if (next.length === 0) throw tooLittle(`there are ${cut.length}`, count, tokens);
    cut.push(...next);
  }
  return cut.slice(0, count);
}

function tooLittle(found: string, count: number, tokens: number): UserError {
  return new UserError(
    `Cannot calibrate as the calibration text must give ${count} pieces of ${tokens} tokens: ${found}. ` +
      "Give more text, or ask for fewer or shorter pieces.",
  );
}

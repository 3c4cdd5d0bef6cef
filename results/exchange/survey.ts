/** A first reading of an export, before anything of it is kept: whether its seal holds, and who vouches for it. */
import { createHash } from "node:crypto";
import { UserError } from "../../engine/mod.ts";
import { visible } from "../columns.ts";
import { type Exported, SCHEMA } from "../recording.ts";
import { foreign } from "../body.ts";
import { FORM, type Heading } from "./export.ts";
import { linesOf } from "./lines.ts";
import { publicKey, type Seal, verify } from "./seal.ts";

/** Clocks of two machines differ; what is said to be later than this was made up. */
export const DAY = 86_400_000;
const LONGEST_NAME = 200;

export interface Survey {
  readonly origin: Exported;
  /** Lines between the heading and the seal, those without a recording included. */
  readonly lines: number;
  /** "unfit": there is a signature, which does not fit what the file holds. */
  readonly signature: "none" | "holds" | "unfit";
  /** What is amiss with the file as a whole, in sentences. */
  readonly amiss: readonly string[];
}

/** `now`: the time here; `at` is told how many bytes were read. @throws {UserError} when the file is no export. */
export async function survey(path: string, now: number, at: (bytes: number) => void): Promise<Survey> {
  const sum = createHash("sha256");
  let heading: Heading | undefined;
  let last: Uint8Array<ArrayBuffer> | undefined;
  let count = 0;
  for await (const { number, bytes = new Uint8Array() } of linesOf(path, at)) {
    if (number === 1) heading = headingOf(bytes, path, now);
    if (last !== undefined) sum.update(last).update("\n");
    last = bytes;
    count = number;
  }
  if (heading === undefined) throw notOurs(path, "an empty file");
  const seal = last === undefined ? undefined : sealOf(last);
  const digest = (seal === undefined && last !== undefined ? sum.update(last) : sum).digest("hex");
  const lines = count - (seal === undefined ? 1 : 2);
  const whole = seal !== undefined && seal.digest === digest && seal.count === lines;
  const signed = whole && seal.key !== undefined && await verify(digest, seal.key, seal.signature ?? "");
  const { by, at: exportedAt } = heading;
  return {
    origin: {
      digest,
      ...(by === undefined ? {} : { by }),
      exportedAt,
      importedAt: now,
      ...(signed ? { key: seal.key! } : {}),
      whole,
    },
    lines,
    signature: signed ? "holds" : seal?.signature === undefined ? "none" : "unfit",
    amiss: [
      ...(seal === undefined ? ["It is cut short: its last line is no seal."] : []),
      ...(seal !== undefined && !whole ? ["It was edited after it was exported: its seal is broken."] : []),
      ...(whole && (seal.key ?? seal.signature) !== undefined && !signed
        ? ["Its signature does not hold, and counts as none."]
        : []),
    ],
  };
}

function headingOf(bytes: Uint8Array<ArrayBuffer>, path: string, now: number): Heading {
  const heading = parsed(bytes) as Partial<Heading> | undefined;
  if (heading?.export === undefined) throw notOurs(path, "another first line");
  const { export: form, schema, at, by } = heading;
  if (form !== FORM) throw notOurs(path, `form ${visible(String(form))}, of another Assay`);
  if (typeof schema !== "number" || schema !== SCHEMA) {
    throw notOurs(path, `that ${typeof schema === "number" ? foreign(schema) : "it names no schema"}`);
  }
  if (typeof at !== "number" || !(at > 0 && at <= now + DAY)) {
    throw notOurs(path, "that it says to be of a time yet to come here, or of none");
  }
  if (by !== undefined && (typeof by !== "string" || by.length > LONGEST_NAME)) {
    throw notOurs(path, "a name that is none");
  }
  return heading as Heading;
}

function sealOf(bytes: Uint8Array<ArrayBuffer>): Seal | undefined {
  const { seal } = (parsed(bytes) ?? {}) as { readonly seal?: Partial<Seal> };
  if (typeof seal?.digest !== "string" || typeof seal.count !== "number") return undefined;
  try {
    if (seal.key !== undefined) publicKey(String(seal.key));
  } catch {
    // A signature by no key fits nothing, and is not passed over.
    return {
      count: seal.count,
      digest: seal.digest,
      ...(seal.signature === undefined ? {} : { signature: seal.signature }),
    };
  }
  return seal as Seal;
}

/** Whether a line is a seal, which closes a file. */
export const isSeal = (bytes: Uint8Array<ArrayBuffer>): boolean => sealOf(bytes) !== undefined;

/** The object on a line, where it is short and one. */
function parsed(bytes: Uint8Array<ArrayBuffer>): object | undefined {
  if (bytes.length > 100_000) return undefined;
  try {
    const value = JSON.parse(new TextDecoder().decode(bytes));
    return value !== null && typeof value === "object" ? value : undefined;
  } catch {
    return undefined;
  }
}

function notOurs(path: string, found: string): UserError {
  return new UserError(
    `Cannot import ${visible(path)} as it must begin as \`deno task export\` writes: found ${found}.`,
  );
}

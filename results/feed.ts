/** New recordings as an Atom feed. https://www.rfc-editor.org/rfc/rfc4287 */
import { visible } from "./columns.ts";
import { explain, word } from "./explain.ts";
import { plural } from "./figures.ts";
import type { Recording } from "./recording.ts";
import type { Shelf } from "./shelf.ts";
import { type Element, xml } from "./xml.ts";

export interface Site {
  /** Absent: "Assay". */
  readonly title?: string;
  /** Where its root will be, with a slash at its end; absent where only the reader's address says. */
  readonly url?: string;
}

/** Where it lies, from the root. */
export const FEED = "feed.xml";

const ENTRIES = 50;
const LONGEST = 400;

/** The digest of no bytes, after which the feed of an empty store is named; any other is after its oldest recording. */
const NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/**
 * The latest recordings as Atom; links are relative where the site's address is not known. `pageOf` says where a
 * recording's page lies, from the root.
 */
export function feed(shelf: Shelf, { title = "Assay", url }: Site, pageOf: (id: string) => string): string {
  const { recordings: latest } = shelf.list({}, 0, ENTRIES);
  const oldest = shelf.oldest() ?? NOTHING;
  const link = (path: string, rel: string) => ({
    name: "link",
    attributes: { rel, href: (url ?? "./") + path },
  });
  return xml({
    name: "feed",
    attributes: { xmlns: "http://www.w3.org/2005/Atom", "xml:lang": "en" },
    children: [
      text("title", `${title}: new recordings`),
      text("id", url === undefined ? hashed(oldest, "feed") : url + FEED),
      text("updated", instant(latest[0]?.stamp.at ?? 0)),
      { name: "author", children: [text("name", title)] },
      ...(url === undefined ? [] : [link(FEED, "self")]),
      link("index.html", "alternate"),
      ...latest.map((recording) => ({
        name: "entry",
        children: [
          text("title", `${word(recording.outcome)} ${scopeOf(recording)}`),
          text("id", hashed(recording.id)),
          text("updated", instant(recording.stamp.at)),
          link(pageOf(recording.id), "alternate"),
          text("summary", explain(recording.outcome)[0]!),
        ],
      })),
    ],
  });
}

/** e.g. "int8: SmolLM2-135M-Instruct, f32 from Q4_1, on AMD EPYC, native, 2 threads; suite standard". */
function scopeOf({ stamp: { model, hardware }, outcome: { trial } }: Recording): string {
  const where = `${hardware.cpu}, ${hardware.backend}, ${plural(hardware.threads, "thread")}`;
  return `${trial.name}: ${model.name}, ${model.precision}, on ${where}; suite ${trial.suite}`;
}

/** A digest as a name for what it is the digest of. https://www.rfc-editor.org/rfc/rfc6920 */
const hashed = (id: string, of?: string) =>
  `ni:///sha-256;${
    Uint8Array.from(id.match(/../g) ?? [], (pair) => parseInt(pair, 16)).toBase64({
      alphabet: "base64url",
      omitPadding: true,
    })
  }${of === undefined ? "" : `?of=${of}`}`;

function text(name: string, value: string): Element {
  const shown = visible(value);
  return { name, children: [shown.length > LONGEST ? `${[...shown].slice(0, LONGEST).join("")}…` : shown] };
}

/** An instant as RFC 3339 writes it; one that no calendar holds becomes the nearest that it does. */
const instant = (at: number) => new Date(Math.min(Math.max(at, 0), 253_402_300_799_000)).toISOString();

/** XML written from a tree, so that no text can be taken for markup. https://www.w3.org/TR/xml/#charsets */

export interface Element {
  readonly name: string;
  /** Absent values are left out. */
  readonly attributes?: Readonly<Record<string, string | undefined>>;
  readonly children?: readonly (Element | string)[];
}

/** A document with this root; what XML cannot carry (NUL, halves of characters) comes out as U+FFFD. */
export function xml(root: Element): string {
  return `<?xml version="1.0" encoding="utf-8"?>\n${element(root)}\n`;
}

function element({ name, attributes = {}, children = [] }: Element): string {
  const given = Object.entries(attributes).filter(([, value]) => value !== undefined);
  const open = name + given.map(([key, value]) => ` ${key}="${escaped(value!)}"`).join("");
  if (children.length === 0) return `<${open}/>`;
  return `<${open}>${
    children.map((child) => typeof child === "string" ? escaped(child) : element(child)).join("")
  }</${name}>`;
}

const FORBIDDEN = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;
const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

const escaped = (text: string) =>
  text.replaceAll(FORBIDDEN, "\u{fffd}").replaceAll(/[&<>"]/g, (one) => ESCAPES[one]!);

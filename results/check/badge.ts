/** A check as a badge: a picture of one line, whose words are its label too. */
import { xml } from "../xml.ts";
import { type CheckReport, type Verdict, verdictOf } from "./report.ts";

const WORD: Readonly<Record<Verdict, string>> = {
  regressed: "regressed",
  unsure: "undecided",
  clear: "no regression",
};
/** Dark enough for white letters, and told apart without red and green (Okabe and Ito). */
const COLOUR: Readonly<Record<Verdict, string>> = {
  regressed: "#a33f00",
  unsure: "#5a5a5a",
  clear: "#00619a",
};
const LETTER = 6.6;

/** An SVG document. */
export function badge(report: CheckReport): string {
  const verdict = verdictOf(report);
  const [left, right] = ["assay", WORD[verdict]];
  const [a, b] = [left, right].map((text) => Math.round(text.length * LETTER) + 12) as [number, number];
  const text = (x: number, children: string) => ({
    name: "text",
    attributes: { x: `${x}`, y: "14", "text-anchor": "middle", fill: "#fff" },
    children: [children],
  });
  const box = (x: number, width: number, fill: string) => ({
    name: "rect",
    attributes: { x: `${x}`, width: `${width}`, height: "20", fill },
  });
  return xml({
    name: "svg",
    attributes: {
      xmlns: "http://www.w3.org/2000/svg",
      width: `${a + b}`,
      height: "20",
      role: "img",
      "aria-label": `${left}: ${right}`,
      "font-family": "Verdana, DejaVu Sans, sans-serif",
      "font-size": "11",
    },
    children: [
      { name: "title", children: [`${left}: ${right}`] },
      box(0, a, "#333"),
      box(a, b, COLOUR[verdict]),
      text(a / 2, left),
      text(a + b / 2, right),
    ],
  });
}

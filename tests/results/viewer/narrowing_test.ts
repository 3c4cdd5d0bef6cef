import { assertEquals } from "@std/assert";
import {
  addressOf,
  ALL,
  type Facets,
  narrow,
  pageOf,
  queryOf,
  valuesOf,
} from "../../../results/viewer/narrowing.ts";

interface Thing {
  readonly name: string;
  readonly kind: string;
  readonly speed?: number;
}

const THINGS: readonly Thing[] = [
  { name: "one", kind: "a", speed: 2 },
  { name: "two", kind: "b" },
  { name: "three", kind: "a", speed: 1 },
];
const facetsOf = ({ name, kind, speed }: Thing): Facets => ({
  text: `${name} ${kind}`,
  is: { kind: [kind] },
  by: { name, ...(speed === undefined ? {} : { speed }) },
});
const names = (query: Record<string, string>) =>
  narrow(THINGS, facetsOf, queryOf(query, ["kind"], ["name", "speed"])).map(({ name }) => name);

Deno.test("every word must be found, whatever its case", () => {
  assertEquals([names({ q: "E" }), names({ q: "o  A" }), names({ q: "x" })], [["one", "three"], ["one"], []]);
});

Deno.test("what has no value stands last in either direction", () => {
  assertEquals([names({ sort: "speed" }), names({ sort: "-speed" })], [
    ["three", "one", "two"],
    ["one", "three", "two"],
  ]);
});

Deno.test("facets and columns that a table does not have are passed over", () => {
  assertEquals(names({ kind: "a", colour: "red", sort: "colour" }), ["one", "three"]);
});

Deno.test("an address says what is asked and nothing else", () => {
  assertEquals(addressOf(ALL, "a.html"), "a.html");
  const query = queryOf({ q: " a&b ", kind: "", sort: "-speed" }, ["kind"], ["speed"]);
  assertEquals(addressOf(query, "a.html"), "a.html?q=a%26b&sort=-speed");
});

Deno.test("values of a facet come with how many have them, and pages count from one", () => {
  assertEquals(valuesOf(THINGS, facetsOf, "kind"), [["a", 2], ["b", 1]]);
  assertEquals(pageOf(THINGS, 2, 2), { rows: [THINGS[2]!], page: 2, pages: 2 });
  assertEquals(pageOf(THINGS, 9, 2).rows, []);
});

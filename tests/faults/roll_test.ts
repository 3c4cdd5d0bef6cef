/** Holds the tests of the faults to the roll: each planted once, a third of them between two features. */
import { assert, assertEquals } from "@std/assert";
import { roll, unplantable } from "./roll.ts";

const NAME = /^([A-Z]{2}-\d{2})( \(pair\))?: \S/;

interface Named {
  readonly id: string;
  readonly pair: boolean;
}

/** The tests of this folder that name a fault. */
async function named(): Promise<readonly Named[]> {
  const found: Named[] = [];
  for await (const { name } of Deno.readDir(new URL(".", import.meta.url))) {
    if (!name.endsWith("_test.ts")) continue;
    const text = await Deno.readTextFile(new URL(name, import.meta.url));
    for (const [, title] of text.matchAll(/Deno\.test\(\s*"([^"]*)"/g)) {
      const match = NAME.exec(title!);
      if (match) found.push({ id: match[1]!, pair: match[2] !== undefined });
    }
  }
  return found;
}
const tests = await named();

Deno.test("every fault on the roll has one test, or a reason why it cannot be planted", () => {
  const ids = tests.map(({ id }) => id).concat(Object.keys(unplantable)).sort();
  assertEquals(ids, Object.keys(roll).sort());
});

Deno.test("at most three faults cannot be planted, and the reason is told", () => {
  assert(Object.keys(unplantable).length <= 3);
  assertEquals(Object.values(unplantable).filter((reason) => reason.length < 20), []);
});

Deno.test("a third of the faults stand between two features that are each clean alone", () => {
  const pairs = tests.filter(({ pair }) => pair).length;
  assert(pairs >= Object.keys(roll).length / 3, `found ${pairs}`);
});

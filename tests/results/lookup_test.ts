import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { UserError } from "../../engine/mod.ts";
import { lookup, type Recording } from "../../results/mod.ts";
import { clock, DAY, failed, recorded, recording, trial, workload } from "./fixture.ts";

const named = async (name: string, id: string, day = 0): Promise<Recording> => ({
  ...await recording(failed(trial(name)), { at: clock.now() + day * DAY }),
  id,
});

const known = async () => ({
  recordings: [
    await named("int8", "abc1".padEnd(64, "0"), 2),
    await named("int8", "abc2".padEnd(64, "0"), 1),
  ],
  broken: [{ id: "dead".padEnd(64, "0"), why: "its contents do not match its digest" }],
});

Deno.test("an id, a beginning that only one id has, and a name for its latest are found", async () => {
  const all = await known();
  const [later, earlier] = all.recordings;
  assertEquals(lookup(all, earlier!.id), earlier);
  assertEquals(lookup(all, "abc2"), earlier);
  assertEquals(lookup(all, "int8"), later);
  assertEquals(lookup(all, trial("int8").id), later);
});

Deno.test("a name that no keyboard types is found by how it is shown", async () => {
  const odd = await recording(recorded(trial("a\u001bb"), [workload(2)]));
  assertEquals(lookup({ recordings: [odd], broken: [] }, "a\\u{1b}b"), odd);
});

for (
  const [text, said] of [
    [
      "abc",
      "Cannot explain abc as it must begin one id: found 2, abc100000000 (int8), abc200000000 (int8). Give more of it.",
    ],
    [
      "dead",
      "Cannot explain dead as its record must be readable: found that its contents do not match its digest.",
    ],
    [
      "nosuch\u001b",
      "Cannot explain nosuch\\u{1b} as it must be a recording's id, its beginning, or a row's name: found none among 2, whose rows are int8.",
    ],
  ] as const
) {
  Deno.test(`${text.slice(0, 6)} is no one recording, and why is said`, async () => {
    const all = await known();
    assertEquals(assertThrows(() => lookup(all, text), UserError).message, said);
  });
}

Deno.test("in an empty store it says what to run", () => {
  const { message } = assertThrows(() => lookup({ recordings: [], broken: [] }, "int8"), UserError);
  assertStringIncludes(message, "found no recordings. Run `deno task bench` first.");
});

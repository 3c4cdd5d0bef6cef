import { assertEquals, assertRejects } from "@std/assert";
import { readTrace, UserError } from "../../mod.ts";

async function written<T>(text: string, use: (path: string) => Promise<T>): Promise<T> {
  const path = await Deno.makeTempFile({ suffix: ".trace" });
  try {
    await Deno.writeTextFile(path, text);
    return await use(path);
  } finally {
    await Deno.remove(path);
  }
}

for (
  const [what, text, times] of [
    [
      "BurstGPT's CSV, in seconds",
      "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n5,ChatGPT,472,18,490,x\n45.5,ChatGPT,1087,230,1317,x\n",
      [0, 40_500],
    ],
    [
      "Azure's CSV, in dates with digits that a date would drop",
      "TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:15:46.6805900,374,44\r\n2023-11-16 18:15:50.9951690,396,109\r\n",
      [0, 4314.579],
    ],
    [
      "dates with zones",
      "timestamp\n2023-11-16T23:59:59.500+00:00\n2023-11-17T01:00:00.5+01:00\n",
      [0, 1000],
    ],
    [
      "Mooncake's JSONL, in milliseconds",
      '{"timestamp": 27, "input_length": 6955, "hash_ids": [1]}\n\n{"timestamp": 3027.5}\n',
      [0, 3000.5],
    ],
    ["several arrivals at one time", "timestamp\n1\n1\n2", [0, 0, 1000]],
    ["quoted cells and a mark of the byte order", '\uFEFF"a","timestamp"\n"x","1.5"\n"x","2"\n', [0, 500]],
  ] as const
) {
  Deno.test(`a trace may be ${what}`, async () => {
    const read = await written(text, readTrace);
    assertEquals(read.times.map((at) => Math.round(at * 1000) / 1000), [...times]);
  });
}

for (
  const [text, message] of [
    [
      "timestamp\n1\nsoon\n",
      'Cannot read line 3 of X as it must have "timestamp" in seconds or as a date: found "soon".',
    ],
    [
      "a,timestamp\n1\n",
      'Cannot read line 2 of X as it must have "timestamp" in seconds or as a date: found none.',
    ],
    ["timestamp\n2023-13-45 99:99:99\n", "Cannot read line 2 of X as it must have"],
    [
      "timestamp\n2\n1.5\n",
      "Cannot read line 3 of X as it must not come before the line above it: found a time 500 ms earlier.",
    ],
    [
      "when,what\n1,2\n",
      'Cannot read line 1 of X as it must name a column "timestamp" in seconds or as a date, or be {"timestamp": milliseconds}: found "when,what".',
    ],
    [
      '{"timestamp": 1}\n{"time": 2}',
      'Cannot read line 2 of X as it must be {"timestamp": milliseconds}: found ',
    ],
    ['{"timestamp": 1}\n{"timest', "Cannot read line 2 of X as it must be"],
    ['{"timestamp": "1"}', "Cannot read line 1 of X as it must be"],
    ["timestamp\n", "Cannot replay X as it must tell at least one arrival: it tells none."],
    ["", "Cannot replay X as it must tell at least one arrival: it tells none."],
  ] as const
) {
  Deno.test(`a trace ${JSON.stringify(text)} is refused in one sentence that names the line`, async () => {
    await written(text, async (path) => {
      const named = message.replace("X", path.slice(path.lastIndexOf("/") + 1));
      await assertRejects(() => readTrace(path), UserError, named);
    });
  });
}

Deno.test("a trace that is not there is refused in one sentence", async () => {
  await assertRejects(
    () => readTrace("/nowhere/day.csv"),
    UserError,
    "Cannot replay /nowhere/day.csv as it must be a readable file: there is none.",
  );
});

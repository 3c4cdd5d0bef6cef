import { assert, assertEquals } from "@std/assert";
import { main } from "../../../mod.ts";
import { openStore } from "../../../results/mod.ts";
import { prepare } from "../../../results/verbs/setting.ts";
import { StatusLine } from "../../../results/verbs/status_line.ts";
import config from "../../../deno.json" with { type: "json" };
import { printed } from "./console.ts";
import { inPlace } from "./toy_setting.ts";

const VERBS = [
  "bench",
  "check",
  "promote",
  "comment",
  "perf",
  "train",
  "serve",
  "load",
  "view",
  "publish",
  "compare",
  "explain",
  "new",
  "cache",
  "import",
  "export",
] as const;
const command = (args: readonly string[]) => printed(() => main(args));

for (const args of [[], ["--help"], ["-h"], ["help"]]) {
  Deno.test(`"${args.join(" ")}" lists every verb`, async () => {
    const { value, out, err } = await command(args);
    assertEquals([value, err], [0, []]);
    for (const verb of VERBS) assert(out.some((line) => line.startsWith(`  deno task ${verb} `)), verb);
  });
}

for (const verb of VERBS) {
  Deno.test(`${verb} --help prints what it does and takes, and does nothing`, async () => {
    const { value, out, err } = await command([verb, "--help"]);
    assertEquals([value, err], [0, []]);
    assert(out[0]!.startsWith(`deno task ${verb}: `));
    assert(out.some((line) => line.startsWith("  --help")));
  });

  Deno.test(`${verb} refuses an option that it does not have, in one sentence`, async () => {
    const { value, out, err } = await command([verb, "--nope"]);
    assertEquals([value, out], [1, []]);
    assertEquals(err, [
      `Cannot run \`deno task ${verb}\` as --nope is not one of its options. Its options are listed by --help.`,
    ]);
  });
}

for (const verb of ["nosuch", "constructor", ""]) {
  Deno.test(`"${verb}" is no verb`, async () => {
    const { value, err } = await command([verb]);
    assertEquals([value, err], [1, [`Cannot run ${verb} as the verb must be one of ${VERBS.join(", ")}.`]]);
  });
}

for (
  const [args, message] of [
    [
      ["bench", "--suite", "nosuch"],
      "Cannot run suite nosuch as it must be one of standard, smoke, stack, reasoning, knowledge, long_context, quantizers, decoders, serving, or a TypeScript file.",
    ],
    [
      ["perf", "--suite", "nosuch"],
      "Cannot run suite nosuch as it must be one of standard, smoke, stack, reasoning, knowledge, long_context, quantizers, decoders, serving, or a TypeScript file.",
    ],
    [["view", "--port", "99999"], "Cannot use --port 99999 as it must be a whole number from 0 to 65535."],
  ] as const
) {
  Deno.test(`a user's mistake is one sentence and code 1: ${args.join(" ")}`, async () => {
    await inPlace(async ({ store }) => {
      const stored = args[0] === "perf" ? args : [...args, "--store", store];
      const { value, out, err } = await command(stored);
      assertEquals([value, out, err], [1, [], [message]]);
    });
  });
}

for (
  const [values, message] of [
    [{ backend: "cuda" }, "Cannot use --backend cuda as it must be auto, native, wasm or webgpu."],
    [{ threads: "0" }, "Cannot use --threads 0 as it must be a whole number from 1 to 512."],
    [
      { model: "/nowhere/x.gguf" },
      "Cannot open the model as it must be a readable file: /nowhere/x.gguf. Give another with --model.",
    ],
    [
      { model: "/" },
      "Cannot open / as it must hold a config.json beside its safetensors: it does not.",
    ],
  ] as const
) {
  Deno.test(`a setting is refused: ${JSON.stringify(values)}`, async () => {
    const asked = { model: undefined, backend: undefined, threads: undefined, ...values };
    const { value } = await printed(() =>
      prepare(asked, new StatusLine()).catch(({ name, message }) => ({ name, message }))
    );
    assertEquals(value, { name: "UserError", message });
  });
}

Deno.test("a busy port is one sentence", async () => {
  using busy = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = busy.addr as Deno.NetAddr;
  await inPlace(async ({ store }) => {
    openStore(store)[Symbol.dispose]();
    const { value, err } = await command(["view", "--port", `${port}`, "--store", store]);
    assertEquals(value, 1);
    assertEquals(err, [
      `Cannot show the results on port ${port} as it must be free: another program listens there. Choose another with --port`,
    ]);
  });
});

Deno.test("every verb is a task, with leave for no more than named things", () => {
  const tasks: Readonly<Record<string, string>> = config.tasks;
  for (const verb of VERBS) {
    assert(tasks[verb]?.endsWith(` mod.ts ${verb}`), verb);
    // Of these two the user names the address.
    const open = ["serve", "load"].includes(verb) ? " --allow-net " : "nothing";
    const leave = tasks[verb]!.replace(open, " ");
    assert(!/-A\b|--allow-all|--allow-run(?!=)|--allow-net(?!=)/.test(leave), verb);
  }
});

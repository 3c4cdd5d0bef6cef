import { assertEquals } from "@std/assert";
import { main } from "../../../mod.ts";
import { printed } from "./console.ts";

for (
  const [verb, args] of [
    ["read", ["explain", "int4"]],
    ["show", ["view", "--port", "0"]],
    ["publish", ["publish", "site"]],
    ["export", ["export"]],
  ] as const
) {
  Deno.test(`deno task ${args[0]} of a store that is not there is one sentence, and makes no file`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      const store = `${folder}/in/none.sqlite`;
      const { value, out, err } = await printed(() => main([...args, "--store", store]));
      assertEquals([value, out, err], [1, [], [
        `Cannot ${verb} ${store} as it must be a results store: found no file. Run \`deno task bench\` first, or name another with --store.`,
      ]]);
      assertEquals([...Deno.readDirSync(folder)], []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

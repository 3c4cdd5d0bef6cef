/**
 * A stack behind our endpoint, as `deno task serve` has it, in a process of its own for server_bench.ts.
 *
 *   deno run -A --unstable-no-legacy-abort tests/bench/server_own.ts [TECHNIQUE …] --host ADDRESS --port N
 */
import { parseArgs } from "@std/cli";
import { onnxEngine, serve } from "../../mod.ts";
import { stackOf, type TechniqueName } from "./server_stack.ts";

const { _: names, host, port } = parseArgs(Deno.args, { string: ["host", "port"] }) as {
  _: TechniqueName[];
  host: string;
  port: string;
};
const stack = await stackOf(names);
await using session = await onnxEngine({ backend: "native" }).open(stack);
const limits = { most: 64, deadline: 600_000 };
const server = serve({ session, model: stack.model.name, limits }, { host, port: Number(port) });
await new Promise<void>((resolve) => Deno.addSignalListener("SIGTERM", () => resolve()));
await server.close();

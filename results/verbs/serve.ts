/** `deno task serve`: a model behind OpenAI's interface, the baseline or a stack whose answers held its quality. */
import { describe, serve, type Server, UserError } from "../../engine/mod.ts";
import { visible } from "../columns.ts";
import { lookup } from "../lookup.ts";
import { checkPass, type Recorded, recordedStack } from "../recorded_stack.ts";
import { keptAt, openStore, storePath } from "../store.ts";
import { read, whole } from "./arguments.ts";
import { onInterrupt } from "./interrupt.ts";
import { prepare, SETTING, type Setting } from "./setting.ts";
import { StatusLine } from "./status_line.ts";

const USAGE = {
  command: "deno task serve",
  about:
    "serves a model to any OpenAI client until Ctrl-C, which lets open requests end; clients must show the key in ASSAY_API_KEY, if there is one",
  options: {
    stack: { value: "ID|NAME", about: "a recorded stack, by id or row; the baseline where absent" },
    unverified: { about: "serve the stack though its recording has no pass" },
    suite: {
      value: "NAME|FILE",
      about: "the suite that makes the stack; the one that it was recorded in where absent",
    },
    host: { value: "ADDRESS", about: "where to listen; 127.0.0.1 where absent, this machine alone" },
    port: { value: "N", about: "the port; 8080 where absent, any free one for 0" },
    "max-open": {
      value: "N",
      about: "requests open at once, before clients are told to come back; 256 where absent",
    },
    deadline: { value: "SECONDS", about: "how long a request may take; 600 where absent" },
    store: { value: "FILE", about: `the store; ${storePath()} where absent` },
    ...SETTING,
  },
} as const;

/** Serves in a setting, the one that the options name where no other is given, until it is interrupted. */
export async function run(args: readonly string[], prepared: typeof prepare = prepare): Promise<number> {
  const values = read(USAGE, args);
  if (!values) return 0;
  const { host = "127.0.0.1", stack: named, unverified, suite } = values;
  const port = whole(values.port ?? "8080", "port", 0, 65_535);
  const limits = {
    most: whole(values["max-open"] ?? "256", "max-open", 1, 100_000),
    deadline: whole(values.deadline ?? "600", "deadline", 1, 86_400) * 1000,
  };
  if (named === undefined && (unverified || suite !== undefined)) {
    throw new UserError(
      "Cannot use --unverified or --suite as --stack must say which stack is meant: it does not.",
    );
  }
  const status = new StatusLine();
  const opening = onInterrupt(() => status.clear(), "Interrupted.");
  const shelved = named === undefined ? undefined : found(named, values.store, unverified);
  const setting = await prepared(values, status);
  const { engine, stack }: Pick<Recorded, "engine" | "stack"> = shelved === undefined
    ? { engine: setting.engine, stack: setting.baseline }
    : await remade(shelved, suite, setting, unverified);
  status.show("opening the model", 0);
  await using session = await engine.open(stack);
  status.clear();
  const key = Deno.env.get("ASSAY_API_KEY");
  const model = stack.model.name;
  const server = serve({ session, model, limits, ...(key ? { key } : {}) }, { host, port });
  opening[Symbol.dispose]();
  const { hostname, port: own } = server.addr;
  const address = hostname.includes(":") ? `[${hostname}]` : hostname;
  if (!key && !/^(127\.|::1$)/.test(hostname)) {
    console.error("Whoever can reach this machine can use it: ASSAY_API_KEY is not set.");
  }
  console.log(`${visible(model)} is served at http://${address}:${own}/v1 until Ctrl-C.`);
  console.log(`${visible(describe(stack))} on ${engine.name}${unverified ? ", unverified" : ""}`);
  await stopped(server);
  return 0;
}

function found(named: string, store: string | undefined, unverified: boolean) {
  using kept = openStore(keptAt(store ?? storePath(), "read"));
  const shelved = lookup(kept.shelf, named, "serve");
  if (!unverified) checkPass(shelved);
  return shelved;
}

async function remade(
  { outcome: { trial } }: ReturnType<typeof found>,
  suite: string | undefined,
  setting: Setting,
  unverified: boolean,
): Promise<Recorded> {
  const recorded = await recordedStack(trial, suite, setting);
  if (recorded.engine.name !== trial.engine && !unverified) {
    throw new UserError(
      `Cannot serve ${visible(trial.name)} as it must run on the engine that its pass is of, ${
        visible(trial.engine)
      }: found ${recorded.engine.name}. Choose it with --backend; --unverified serves it all the same.`,
    );
  }
  if (!recorded.unchanged) {
    console.error("The suite or the code is not what it was when this was recorded; the stack's parts are.");
  }
  return recorded;
}

/** Resolves when the server has stopped: open requests end first, unless it is asked twice. */
async function stopped(server: Server): Promise<void> {
  const signals = ["SIGINT", "SIGTERM"] as const;
  const { promise, resolve } = Promise.withResolvers<void>();
  let asked = false;
  const stop = () => {
    if (asked) Deno.exit(130);
    asked = true;
    console.error("Stopping when what is open has ended; again to stop at once.");
    resolve(server.drain());
  };
  for (const signal of signals) Deno.addSignalListener(signal, stop);
  await promise;
  for (const signal of signals) Deno.removeSignalListener(signal, stop);
}

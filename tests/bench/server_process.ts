/** A server in a process of its own, ready when it lists its models; what it prints goes to a file beside the models. */
import { UserError } from "../../engine/mod.ts";

export interface Starting {
  readonly name: string;
  readonly command: string;
  /** --host and --port come after them. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Where its log goes. */
  readonly folder: string;
}

/** Compiling a model for the first time takes minutes. */
const READY_MS = 400_000;
const STOP_MS = 10_000;

export class ServerProcess implements AsyncDisposable {
  private constructor(
    private readonly child: Deno.ChildProcess,
    readonly name: string,
    /** Up to and with "/v1". */
    readonly url: string,
    /** The first model that it lists. */
    readonly model: string,
  ) {}

  /** @throws {UserError} when it ends or does not become ready. */
  static async start({ name, command, args, env = {}, folder }: Starting): Promise<ServerProcess> {
    const port = freePort();
    const log = `${folder}/${name.replaceAll(/\W+/g, "_")}.log`;
    const child = new Deno.Command("sh", {
      args: [
        "-c",
        'exec "$@" > "$LOG" 2>&1',
        "sh",
        command,
        ...args,
        "--host",
        "127.0.0.1",
        "--port",
        `${port}`,
      ],
      env: { ...env, LOG: log },
      stdin: "null",
    }).spawn();
    let ended = false;
    void child.status.then(() => (ended = true));
    const url = `http://127.0.0.1:${port}/v1`;
    for (const began = Date.now(); !ended && Date.now() - began < READY_MS;) {
      const model = await firstModel(url);
      if (model !== undefined) return new ServerProcess(child, name, url, model);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    await stop(child);
    const tail = (await Deno.readTextFile(log)).trim().split("\n").slice(-15).join("\n");
    throw new UserError(`Cannot compare as ${name} must become ready: it did not.\n${tail}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await stop(this.child);
  }
}

async function firstModel(url: string): Promise<string | undefined> {
  const alive = await fetch(url.replace(/v1$/, "health")).then(
    async (answer) => (await answer.body?.cancel(), answer.ok),
    () => false,
  );
  if (!alive) return undefined;
  const { data } = await (await fetch(`${url}/models`)).json();
  return data[0].id;
}

async function stop(child: Deno.ChildProcess): Promise<void> {
  const kill = (signal: Deno.Signal) => {
    try {
      child.kill(signal);
    } catch {
      // It has ended.
    }
  };
  kill("SIGTERM");
  const timer = setTimeout(() => kill("SIGKILL"), STOP_MS);
  await child.status;
  clearTimeout(timer);
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

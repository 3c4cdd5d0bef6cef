/** Run by tests in a process of its own, because where the cache is and what PATH finds belong to a process. */
import { clearCache, fetchPinned, listCache, publish, publishFolder } from "../../../engine/mod.ts";

const CONTENT = "one half, other half";

/** How a thing is made; each writes its first half before anything else happens. */
const MAKERS: Readonly<Record<string, (path: string) => Promise<void>>> = {
  plainly: async () => {},
  "with a failure": () => Promise.reject(new Error("the making failed")),
  "with a kill": () => {
    Deno.kill(Deno.pid, "SIGKILL");
    return new Promise(() => {});
  },
  "on a full disk": () => Deno.writeTextFile("/dev/full", "more than nothing"),
  "on a read-only disk": () =>
    Promise.reject(Object.assign(new Error("Read-only file system (os error 30)"), { code: "EROFS" })),
  /** Waits until another process is at the same point. */
  "beside another": async (path) => {
    const meeting = `${path.slice(0, path.lastIndexOf("/"))}-meeting`;
    await Deno.mkdir(`${meeting}/${Deno.pid}`, { recursive: true });
    while (Array.from(Deno.readDirSync(meeting)).length < 2) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  },
};

const ACTIONS: Readonly<Record<string, (...args: string[]) => unknown>> = {
  async file(name, how) {
    let made = false;
    const path = await publish(name!, async (scratch) => {
      made = true;
      await Deno.writeTextFile(scratch, CONTENT.slice(0, 8));
      await MAKERS[how!]!(scratch);
      await Deno.writeTextFile(scratch, CONTENT.slice(8), { append: true });
    });
    return { path, made, content: await Deno.readTextFile(path) };
  },
  async folder(name, how) {
    const path = await publishFolder(name!, async (scratch) => {
      await Deno.writeTextFile(`${scratch}/first`, CONTENT.slice(0, 8));
      await MAKERS[how!]!(scratch);
      await Deno.writeTextFile(`${scratch}/second`, CONTENT.slice(8));
    });
    return { path };
  },
  async fetch(file, search) {
    Deno.env.set("PATH", search!);
    return { path: await fetchPinned(JSON.parse(file!)) };
  },
  list: () => listCache(),
  clear: () => clearCache(),
};

const [action, ...args] = Deno.args;
try {
  console.log(JSON.stringify(await ACTIONS[action!]!(...args) ?? null));
} catch (error) {
  const { name, message } = error as Error;
  console.log(JSON.stringify({ error: name, message }));
}

import { assertEquals, assertRejects } from "@std/assert";
import { UserError } from "../../../engine/mod.ts";
import { comment } from "../../../results/check/github.ts";

const MARKER = "<!-- assay-check smoke -->";

/** A stand-in for GitHub: its comments, and what it answers before it does what it is asked. */
function standIn(
  { token = "good", first = [], others = [] }: {
    readonly token?: string;
    /** Answers to writing calls, in turn; "lost" does it and tells nobody. */
    readonly first?: (Response | "lost")[];
    readonly others?: readonly { body: string; login: string }[];
  } = {},
) {
  const comments = others.map(({ body, login }, id) => ({ id, body, user: { login } }));
  const calls: string[] = [];
  const answer = (value: unknown, status = 200) => Response.json(value, { status });
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    calls.push(`${request.method} ${pathname}`);
    if (request.headers.get("authorization") !== `Bearer ${token}`) {
      return answer({ message: "Bad credentials" }, 401);
    }
    if (pathname === "/user") return answer({ message: "Resource not accessible by integration" }, 403);
    if (request.method === "GET") {
      const page = Number(searchParams.get("page"));
      return answer(comments.slice(100 * (page - 1), 100 * page));
    }
    const { body } = await request.json();
    const planned = first.shift();
    if (planned instanceof Response) return planned;
    const id = Number(pathname.split("/").at(-1));
    if (request.method === "POST") {
      comments.push({ id: comments.length, body, user: { login: "github-actions[bot]" } });
    } else comments[id]!.body = body;
    return planned === "lost" ? answer({ message: "Server Error" }, 502) : answer({ id }, 201);
  });
  const waits: number[] = [];
  const posting = {
    api: `http://127.0.0.1:${server.addr.port}`,
    repository: "me/mine",
    number: 7,
    token: "good",
    wait: (ms: number) => Promise.resolve(void waits.push(ms)),
  };
  return { comments, calls, waits, posting, [Symbol.asyncDispose]: () => server.shutdown() };
}

const limited = (headers: Record<string, string>) =>
  Response.json({ message: "API rate limit exceeded" }, { status: 403, headers });

Deno.test("the comment is made once, edited when it says something else, and left alone when it says the same", async () => {
  await using hub = standIn();
  const say = (text: string) => comment(`${MARKER}\n${text}`, MARKER, hub.posting);
  assertEquals([await say("one"), await say("two"), await say("two")], ["made", "edited", "as it was"]);
  assertEquals(hub.comments.map(({ body }) => body), [`${MARKER}\ntwo`]);
});

Deno.test("it is found behind a hundred others, and a stranger's that bears the marker is not touched", async () => {
  const others = Array.from({ length: 120 }, (_, i) => ({ body: `${i}`, login: "someone" }));
  const stranger = { body: `${MARKER}\nnot ours`, login: "someone" };
  await using hub = standIn({
    others: [stranger, ...others, { body: `${MARKER}\nold`, login: "github-actions[bot]" }],
  });
  assertEquals(await comment(`${MARKER}\nnew`, MARKER, hub.posting), "edited");
  assertEquals([hub.comments[0]!.body, hub.comments.at(-1)!.body], [`${MARKER}\nnot ours`, `${MARKER}\nnew`]);
});

Deno.test("a wrong token is one sentence, and nothing is posted", async () => {
  await using hub = standIn({ token: "other" });
  await assertRejects(
    () => comment(MARKER, MARKER, hub.posting),
    UserError,
    "Cannot read the comments on me/mine#7 as the token in GITHUB_TOKEN must be one that GitHub knows: it answered 401, Bad credentials.",
  );
  assertEquals(hub.comments, []);
});

Deno.test("a fork's token, which may only read, is one sentence that says where the report is", async () => {
  const refusal = Response.json({ message: "Resource not accessible by integration" }, { status: 403 });
  await using hub = standIn({ first: [refusal] });
  await assertRejects(
    () => comment(MARKER, MARKER, hub.posting),
    UserError,
    "a fork's may only read): the job's summary says the same: it answered 403",
  );
  assertEquals([hub.comments, hub.calls.filter((call) => call.startsWith("POST")).length], [[], 1]);
});

Deno.test("a short limit on calls is waited for, and a long one is one sentence", async () => {
  await using hub = standIn({ first: [limited({ "retry-after": "7" })] });
  assertEquals(await comment(MARKER, MARKER, hub.posting), "made");
  assertEquals([hub.waits, hub.comments.length], [[7000], 1]);
  const reset = `${Math.floor(Date.now() / 1000) + 3000}`;
  await using busy = standIn({
    first: [limited({ "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset })],
  });
  await assertRejects(
    () => comment(MARKER, MARKER, busy.posting),
    UserError,
    "GitHub's limit on calls must leave some; run it again later",
  );
  assertEquals([busy.waits, busy.comments], [[], []]);
});

Deno.test("a comment that arrived though GitHub failed to say so is not posted twice", async () => {
  await using hub = standIn({ first: ["lost"] });
  assertEquals(await comment(MARKER, MARKER, hub.posting), "made");
  assertEquals(hub.comments.length, 1);
});

/** A model hub for tests, on this machine: it speaks what @huggingface/hub asks of one, and can misbehave. */
import { createHash } from "node:crypto";

export interface Hub extends AsyncDisposable {
  readonly url: string;
  /** "METHOD path range" of every request, in order. */
  readonly asked: string[];
  /** Tokens that were shown. */
  readonly tokens: Set<string>;
}

export interface HubOptions {
  readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  /** Commits by branch or tag. */
  readonly revisions?: Readonly<Record<string, string>>;
  /** Answers instead of the hub where it returns anything. */
  readonly instead?: (path: string, range: string | null) => Response | undefined;
  /** Sent instead of the true bytes, listed as the true ones. */
  readonly altered?: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

export const COMMIT = "0123456789abcdef0123456789abcdef01234567";

/** The hub of one model, me/tiny. Weights are listed as large files, others as git's own. */
export function hub(
  { files, revisions = { main: COMMIT }, instead = () => undefined, altered = new Map() }: HubOptions,
): Hub {
  const asked: string[] = [];
  const tokens = new Set<string>();
  const listing = [...files].map(([path, bytes]) => ({
    type: "file",
    path,
    size: bytes.length,
    oid: createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex"),
    ...(path.endsWith(".safetensors")
      ? {
        lfs: { oid: createHash("sha256").update(bytes).digest("hex"), size: bytes.length, pointerSize: 134 },
      }
      : {}),
  }));
  const answer = (path: string, range: string | null): Response => {
    const [, revision] = /^\/api\/models\/me\/tiny\/revision\/(.+)$/.exec(path) ?? [];
    if (revision !== undefined) {
      const sha = revisions[decodeURIComponent(revision)];
      return sha
        ? Response.json({ _id: "1", id: "me/tiny", sha, private: false })
        : refusal(404, "RevisionNotFound");
    }
    if (path === `/api/models/me/tiny/tree/${Object.values(revisions)[0]}`) return Response.json(listing);
    const [, name] = /^\/me\/tiny\/resolve\/[0-9a-f]{40}\/(.+)$/.exec(path) ?? [];
    const bytes = altered.get(name ?? "") ?? files.get(name ?? "");
    return bytes ? ranged(bytes, range) : refusal(401, "RepoNotFound");
  };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { pathname } = new URL(request.url);
    const range = request.headers.get("range");
    asked.push(`${request.method} ${pathname} ${range ?? ""}`.trim());
    const token = request.headers.get("authorization");
    if (token) tokens.add(token);
    return instead(pathname, range) ?? answer(pathname, range);
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    asked,
    tokens,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

export function refusal(status: number, code = ""): Response {
  return Response.json({ error: "no" }, { status, headers: { "x-error-code": code } });
}

function ranged(bytes: Uint8Array<ArrayBuffer>, range: string | null): Response {
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(range ?? "") ?? [];
  if (from === undefined) return new Response(bytes, { headers: { etag: '"x"' } });
  const end = Math.min(Number(to) + 1, bytes.length);
  const headers = { etag: '"x"', "content-range": `bytes ${from}-${end - 1}/${bytes.length}` };
  return new Response(bytes.slice(Number(from), end), { status: 206, headers });
}

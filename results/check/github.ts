/**
 * The comment of a check on a pull request, made once and edited from then on. The token decides what may be done, and
 * nothing is sent twice: where it is not known whether a comment arrived, it is looked for first.
 * https://docs.github.com/en/rest/issues/comments
 */
import { UserError } from "../../engine/mod.ts";

export interface Posting {
  /** e.g. "https://api.github.com". */
  readonly api: string;
  /** "OWNER/NAME". */
  readonly repository: string;
  readonly number: number;
  readonly token: string;
  /** Waits so many milliseconds. */
  readonly wait: (milliseconds: number) => Promise<void>;
}

interface Comment {
  readonly id: number;
  readonly body?: string;
  readonly user?: { readonly login?: string } | null;
}

/** The comments of a pull request come in pages; more than these nobody reads. */
const PAGES = 30;
const TRIES = 3;
/** Longer than this a job does not wait for a limit to pass. */
const LONGEST_WAIT = 60_000;
/** Who a workflow's own token is; it may not ask. */
const ACTIONS = "github-actions[bot]";

/** Makes the comment that begins with `marker`, or edits it; "as it was" where its text is the same. */
export async function comment(
  text: string,
  marker: string,
  posting: Posting,
): Promise<"made" | "edited" | "as it was"> {
  const comments = `/repos/${posting.repository}/issues/${posting.number}/comments`;
  const own = await call(posting, "GET", "/user");
  const login = own.status === 200 ? (own.value as { login: string }).login : ACTIONS;
  const find = async (): Promise<Comment | undefined> => {
    for (let page = 1; page <= PAGES; page++) {
      const path = `${comments}?per_page=100&page=${page}`;
      const found = good(
        await call(posting, "GET", path),
        posting,
        "read the comments",
      ) as readonly Comment[];
      // Anyone may write the marker: what others wrote is not ours to edit.
      const one = found.find(({ body, user }) => body?.startsWith(marker) && user?.login === login);
      if (one !== undefined || found.length < 100) return one;
    }
    return undefined;
  };
  const known = await find();
  if (known === undefined) {
    const made = await call(
      posting,
      "POST",
      comments,
      { body: text },
      async () => await find() !== undefined,
    );
    if (made.status !== 0) good(made, posting, "comment");
    return "made";
  }
  if (known.body === text) return "as it was";
  const path = `/repos/${posting.repository}/issues/comments/${known.id}`;
  good(await call(posting, "PATCH", path, { body: text }), posting, "edit the comment");
  return "edited";
}

interface Answered {
  /** 0: it had arrived though no answer came. */
  readonly status: number;
  readonly value: unknown;
  readonly limited: boolean;
  readonly why: string;
}

/** Calls, again where GitHub says when, or failed; `arrived` tells whether what must not be sent twice was. */
async function call(
  { api, token, wait }: Posting,
  method: string,
  path: string,
  body?: unknown,
  arrived: () => Promise<boolean> = () => Promise.resolve(false),
): Promise<Answered> {
  for (let tried = 1;; tried++) {
    let pause = 1000 * tried;
    let answered: Answered;
    try {
      const response = await fetch(`${api}${path}`, {
        method,
        headers: {
          "Authorization": `Bearer ${token}`,
          "Accept": "application/vnd.github+json",
          "X-GitHub-Api-Version": "2022-11-28",
          "User-Agent": "assay",
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(30_000),
      });
      const value = await response.json().catch(() => undefined) as { message?: unknown } | undefined;
      const after = response.headers.get("retry-after");
      const spent = response.headers.get("x-ratelimit-remaining") === "0";
      const limited = response.status === 429 || (response.status === 403 && (after !== null || spent));
      if (after !== null) pause = Number(after) * 1000;
      else if (limited && spent) {
        pause = Number(response.headers.get("x-ratelimit-reset")) * 1000 - Date.now();
      }
      const why = typeof value?.message === "string" ? value.message : "it said nothing";
      answered = { status: response.status, value, limited, why };
      if (!limited && response.status < 500) return answered;
    } catch (error) {
      answered = { status: -1, value: undefined, limited: false, why: (error as Error).message };
    }
    if (tried === TRIES || !(pause <= LONGEST_WAIT)) return answered;
    await wait(Math.max(0, pause));
    if (await arrived()) return { ...answered, status: 0 };
  }
}

function good(
  { status, value, limited, why }: Answered,
  { repository, number }: Posting,
  what: string,
): unknown {
  if (status >= 200 && status < 300) return value;
  const must = limited
    ? "GitHub's limit on calls must leave some; run it again later"
    : status === 401
    ? "the token in GITHUB_TOKEN must be one that GitHub knows"
    : status === 403
    ? "the token must be allowed to (permissions: pull-requests: write; a fork's may only read): the job's summary says the same"
    : status === 404
    ? "it must be there and the token must see it"
    : "GitHub must answer";
  throw new UserError(
    `Cannot ${what} on ${repository}#${number} as ${must}: ${
      status < 0 ? why : `it answered ${status}, ${why}`
    }.`,
  );
}

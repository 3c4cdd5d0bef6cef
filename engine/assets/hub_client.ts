/**
 * The one way to a model hub: what each request needs, and a sentence for each way in which it can fail. HF_ENDPOINT
 * names another hub, HF_TOKEN is shown to it; both as Hugging Face's own tools read them.
 */
import { UserError } from "../engine.ts";

/** The hub could not be reached, which may pass. */
export class Unreachable extends UserError {}

const PATIENCE_MS = 120_000;

/** A model on the hub, at a branch, tag or commit. */
export interface HubModel {
  readonly owner: string;
  readonly name: string;
  readonly revision: string;
}

/** Reads "hf:OWNER/NAME@REVISION"; without a revision it is "main". @throws {UserError} when it is written otherwise. */
export function parseHubModel(text: string): HubModel {
  const named = /^hf:(?<owner>[\w.-]+)\/(?<name>[\w.-]+)(?:@(?<revision>[\w./-]+))?$/.exec(text)?.groups;
  const { owner, name, revision = "main" } = named ?? {};
  const parts = [owner, name, ...revision.split("/")];
  if (parts.some((part) => part === undefined || /^\.*$/.test(part))) {
    throw new UserError(`Cannot use --model ${text} as it must be hf:OWNER/NAME or hf:OWNER/NAME@REVISION.`);
  }
  return { owner: owner!, name: name!, revision };
}

/** What every call of the hub's package takes. @throws {UserError} when a variable is not as it must be. */
export function hubCall({ owner, name, revision }: HubModel, signal: AbortSignal) {
  const hubUrl = (Deno.env.get("HF_ENDPOINT") || "https://huggingface.co").replace(/\/+$/, "");
  if (!URL.canParse(hubUrl) || !/^https?:/.test(hubUrl)) {
    throw new UserError(`Cannot use HF_ENDPOINT as it must be an address: found ${hubUrl}.`);
  }
  const accessToken = Deno.env.get("HF_TOKEN")?.trim();
  if (accessToken && !accessToken.startsWith("hf_")) {
    throw new UserError('Cannot use HF_TOKEN as it must begin with "hf_": it does not.');
  }
  const host = new URL(hubUrl).host;
  const label = `hf:${owner}/${name}`;
  const asked = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const all = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
    const answer = await fetch(input, { ...init, signal: all })
      .catch((error) => {
        throw unreached(error, label, host);
      });
    if (answer.ok) return answer;
    const code = answer.headers.get("x-error-code") ?? "";
    await answer.body?.cancel();
    throw refused(
      answer.status,
      code,
      { label, revision, page: `${hubUrl}/${owner}/${name}` },
      !!accessToken,
    );
  };
  return {
    host,
    hubUrl,
    repo: { type: "model", name: `${owner}/${name}` } as const,
    fetch: asked,
    ...(accessToken ? { accessToken } : {}),
  };
}

/** Why there was no answer, or no end of it. */
export function unreached(error: unknown, label: string, host: string): unknown {
  if (error instanceof UserError) return error;
  if (error instanceof Deno.errors.NotCapable) {
    return new Unreachable(
      `Cannot fetch ${label} as this task must have leave to reach ${
        error.message.match(/"([^"]+)"/)?.[1] ?? host
      }: ` +
        "it has not. Add it to the task's --allow-net in deno.json.",
    );
  }
  const { name, message, cause } = error instanceof Error ? error : new Error(String(error));
  const why = name === "TimeoutError"
    ? `no answer within ${PATIENCE_MS / 1000} s`
    : cause instanceof Error
    ? cause.message
    : message.replace(/^error sending request for url \(.*?\): /, "").replace(/^client error \(\w+\): /, "");
  return new Unreachable(`Cannot fetch ${label} as ${host} must be reached: ${why}.`);
}

function refused(
  status: number,
  code: string,
  { label, revision, page }: { readonly label: string; readonly revision: string; readonly page: string },
  known: boolean,
): UserError {
  const sentence = (must: string, found: string, then = "") =>
    new UserError(`Cannot fetch ${label} as ${must}: ${found}.${then && ` ${then}`}`);
  if (code === "GatedRepo" || status === 403) {
    return sentence(
      "its terms must be accepted first",
      "they are not, or not by the owner of this token",
      `Accept them on ${page} and set HF_TOKEN.`,
    );
  }
  if (status === 401 || code === "RepoNotFound") {
    return known
      ? sentence("it must be there for the owner of HF_TOKEN", "it is not, or the token is not good")
      : sentence("it must be there for all to read", "it is not", "If it is private, set HF_TOKEN.");
  }
  if (code === "RevisionNotFound") return sentence(`it must have the revision ${revision}`, "it has not");
  if (status === 404) return sentence("the hub must hold all of it", "something is not there");
  if (status === 429) {
    return sentence("the hub must not be asked too often", "it was", "Try again later, or set HF_TOKEN.");
  }
  return status >= 500
    ? new Unreachable(`Cannot fetch ${label} as the hub must answer: it answered ${status}.`)
    : sentence("the hub must answer", `it answered ${status}`);
}

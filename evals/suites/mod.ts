/** The suites by name, and a user's own by path. */
import { pathToFileURL } from "node:url";
import { UserError } from "../../engine/mod.ts";
import type { Suite } from "../suite.ts";
import { checked } from "./checked.ts";
import { imported } from "./imported.ts";

const SUITES: Readonly<Record<string, () => Promise<{ readonly suite: Suite }>>> = {
  standard: () => import("./standard.ts"),
  smoke: () => import("./smoke.ts"),
  stack: () => import("./stack.ts"),
  reasoning: () => import("./reasoning.ts"),
  knowledge: () => import("./knowledge.ts"),
  long_context: () => import("./long_context.ts"),
  quantizers: () => import("./quantizers.ts"),
  decoders: () => import("./decoders.ts"),
  serving: () => import("./serving.ts"),
};

/** Whether a suite has this name without a file. */
export const isNamedSuite = (name: string): boolean => Object.hasOwn(SUITES, name);

/** The suite of a name or of a TypeScript file that exports `suite`. @throws {UserError} when there is none. */
export async function loadSuite(name: string): Promise<Suite> {
  const known = isNamedSuite(name) ? SUITES[name] : undefined;
  if (known) return (await known()).suite;
  if (!/\.[mc]?[jt]s$/.test(name)) {
    throw new UserError(
      `Cannot run suite ${name} as it must be one of ${
        Object.keys(SUITES).join(", ")
      }, or a TypeScript file.`,
    );
  }
  const refuse = (why: string) =>
    new UserError(`Cannot run suite ${name} as it must be a module that loads: ${why}`);
  const module = await imported(pathToFileURL(name).href, refuse) as { readonly suite?: unknown };
  return checked(module.suite, name);
}

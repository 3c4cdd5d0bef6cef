/** The suites by name, and a user's own by path. */
import { pathToFileURL } from "node:url";
import { UserError } from "../../engine/mod.ts";
import type { Suite } from "../suite.ts";
import { checked } from "./checked.ts";

const SUITES: Readonly<Record<string, () => Promise<{ readonly suite: Suite }>>> = {
  standard: () => import("./standard.ts"),
  smoke: () => import("./smoke.ts"),
  stack: () => import("./stack.ts"),
  knowledge: () => import("./knowledge.ts"),
};

/** The suite of a name or of a TypeScript file that exports `suite`. @throws {UserError} when there is none. */
export async function loadSuite(name: string): Promise<Suite> {
  const known = Object.hasOwn(SUITES, name) ? SUITES[name] : undefined;
  if (known) return (await known()).suite;
  if (!/\.[mc]?[jt]s$/.test(name)) {
    throw new UserError(
      `Cannot run suite ${name} as it must be one of ${
        Object.keys(SUITES).join(", ")
      }, or a TypeScript file.`,
    );
  }
  let module: { readonly suite?: unknown };
  try {
    module = await import(pathToFileURL(name).href);
  } catch (error) {
    const [why] = (error instanceof Error ? error.message : String(error)).split("\n");
    throw new UserError(`Cannot run suite ${name} as it must be a module that loads: ${why}`);
  }
  return checked(module.suite, name);
}

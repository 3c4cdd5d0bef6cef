/** The suites by name, and a user's own by path. */
import { pathToFileURL } from "node:url";
import { UserError } from "../../engine/mod.ts";
import type { Suite } from "../suite.ts";

const SUITES: Readonly<Record<string, () => Promise<{ readonly suite: Suite }>>> = {
  standard: () => import("./standard.ts"),
  smoke: () => import("./smoke.ts"),
};

/** The suite of a name or of a TypeScript file that exports `suite`. @throws {UserError} when there is none. */
export async function loadSuite(name: string): Promise<Suite> {
  const known = SUITES[name];
  if (known) return (await known()).suite;
  if (!/\.[mc]?[jt]s$/.test(name)) {
    throw new UserError(
      `Cannot run suite ${name} as it must be one of ${
        Object.keys(SUITES).join(", ")
      }, or a TypeScript file.`,
    );
  }
  let module: { readonly suite?: Suite };
  try {
    module = await import(pathToFileURL(name).href);
  } catch (error) {
    throw new UserError(
      `Cannot run suite ${name} as it must be a module that loads: ${(error as Error).message}`,
    );
  }
  if (!module.suite?.candidates) {
    throw new UserError(`Cannot run suite ${name} as it must export a suite under the name "suite".`);
  }
  return module.suite;
}

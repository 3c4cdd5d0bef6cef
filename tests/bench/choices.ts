/** Which rows a bench measures: those named by --WHAT a,b; all where none are. */
import { parseArgs } from "@std/cli";

export interface Choices {
  readonly chosen: Readonly<Record<string, readonly string[]>>;
  /** Rows that are in the report are measured again. */
  readonly anew: boolean;
}

/** Reads the command line; ends the process with 1 where it names what there is not. */
export function choices(known: Readonly<Record<string, readonly string[]>>): Choices {
  const { _, anew, ...given } = parseArgs(Deno.args, { string: Object.keys(known), boolean: ["anew"] });
  const odd = [..._, ...Object.keys(given)].find((one) => !(one in known));
  if (odd !== undefined) {
    refuse(`Cannot take ${odd} as there are --anew and lists for ${Object.keys(known).join(", ")}.`);
  }
  const chosen = Object.fromEntries(
    Object.entries(known).map(([what, names]) => {
      const wanted = given[what] === undefined ? names : String(given[what]).split(",");
      const wrong = wanted.find((name) => !names.includes(name));
      if (wrong !== undefined) {
        refuse(`Cannot measure ${what} "${wrong}" as they must be among ${names.join(", ")}.`);
      }
      return [what, names.filter((name) => wanted.includes(name))];
    }),
  );
  return { chosen, anew: anew === true };
}

function refuse(why: string): never {
  console.error(why);
  Deno.exit(1);
}

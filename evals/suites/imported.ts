/** Imports a user's own file, which may do anything while it loads, even end the process. */
import { UserError } from "../../engine/mod.ts";

/**
 * The module at `url`. One that waits for what never comes is ended by Deno itself, with its place and code 1.
 * @throws {UserError} where it does not load; ends the process with code 1 where the module ends it.
 */
export async function imported(url: string, refuse: (why: string) => UserError): Promise<unknown> {
  const ended = () => {
    console.error(refuse("it ended the process").message);
    Deno.exit(1);
  };
  addEventListener("unload", ended);
  try {
    return await import(url);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const [why] = (error instanceof Error ? error.message : String(error)).split("\n");
    throw refuse(why || "it threw an error without words");
  } finally {
    removeEventListener("unload", ended);
  }
}

/**
 * Where a parity script builds the implementation that it runs, where none is given: a folder of its own, in which each
 * thing is made once, so that a run that was cut off goes on.
 */
import { parseArgs } from "@std/cli";
import { UserError } from "../../engine/mod.ts";

/** The value of `--option`, else of the variable. */
export function given(option: string, variable: string): string | undefined {
  const value = parseArgs(Deno.args, { string: [option] })[option] ?? Deno.env.get(variable);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The folder of a script, made if it is not there: `--folder`, else one in the folder for temporary files. */
export async function workFolder(name: string): Promise<string> {
  const folder = given("folder", "ASSAY_PARITY_FOLDER") ??
    `${Deno.env.get("TMPDIR") ?? "/tmp"}/assay-parity-${name}`;
  await Deno.mkdir(folder, { recursive: true });
  return folder;
}

/** The Python given, else one built in the folder with the packages. */
export async function python(folder: string, packages: readonly string[]): Promise<string> {
  const own = given("python", "ASSAY_PEER_PYTHON");
  if (own !== undefined) return own;
  const venv = await once(`${folder}/venv`, async (path) => {
    await run("python3", ["-m", "venv", path]);
    await run(`${path}/bin/python`, ["-m", "pip", "install", "-q", ...packages]);
  });
  return `${venv}/bin/python`;
}

/** The file or folder `path`, made by `make` under another name if it is not there, so that no half of it is kept. */
export async function once(path: string, make: (path: string) => Promise<void>): Promise<string> {
  if (await exists(path)) return path;
  const scratch = `${path}.part`;
  await Deno.remove(scratch, { recursive: true }).catch(() => {});
  await make(scratch);
  await Deno.rename(scratch, path);
  return path;
}

/** Runs a command at low priority; what it printed. @throws {UserError} when it fails. */
export async function run(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  console.error(`${command.split("/").at(-1)} ${args.join(" ")}`);
  const { success, stdout, stderr } = await new Deno.Command("nice", { args: [command, ...args], env })
    .output();
  const printed = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("\n");
  if (success) return printed;
  throw new UserError(`Cannot compare as ${command} must run: it failed.\n${printed.trim().slice(-2000)}`);
}

/** Whether there is such a file or folder. */
export async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

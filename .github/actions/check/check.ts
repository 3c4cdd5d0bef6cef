/**
 * The check as the action runs it. All that comes from outside comes in variables and goes to the program as arguments:
 * no shell reads it.
 */

type Variables = Readonly<Record<string, string | undefined>>;

/** What `check` is given; lists are one name a line. */
export function argumentsOf(env: Variables): readonly string[] {
  const lines = (name: string) => (env[name] ?? "").split(/\r?\n/).map((line) => line.trim()).filter(Boolean);
  return [
    "check",
    `--base=${env.BASE}`,
    `--suite=${env.SUITE}`,
    `--margin=${env.MARGIN}`,
    `--minutes=${env.MINUTES}`,
    `--out=${env.FOLDER}`,
    ...lines("ONLY").map((name) => `--only=${name}`),
    ...lines("REQUIRE").map((name) => `--require=${name}`),
  ];
}

/** The Assay of the change itself where it is one or has one, else the action's. */
async function program(): Promise<string> {
  const has = (path: string) => Deno.stat(path).then(() => true, () => false);
  if (await has("mod.ts") && await has("results/verbs/check.ts")) return "mod.ts";
  if (await has("node_modules/@assay/assay")) return "npm:@assay/assay";
  return new URL("../../../mod.ts", import.meta.url).href;
}

if (import.meta.main) {
  const env = Deno.env.toObject();
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", await program(), ...argumentsOf(env)],
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  await Deno.writeTextFile(env.GITHUB_OUTPUT!, `code=${code}\nfolder=${env.FOLDER}\n`, { append: true });
}

/** What a verb prints, kept instead of shown. */
export interface Printed {
  /** Lines on standard output. */
  readonly out: string[];
  /** Lines on standard error, progress included. */
  readonly err: string[];
}

/** Runs `action` with everything it prints kept. */
export async function printed<T>(action: () => Promise<T>): Promise<Printed & { readonly value: T }> {
  const [out, err]: [string[], string[]] = [[], []];
  const { log, error } = console;
  const { writeSync } = Deno.stderr;
  const lines = (text: string) => text.replace(/\n$/, "").split("\n");
  console.log = (...parts) => out.push(...lines(parts.join(" ")));
  console.error = (...parts) => err.push(...lines(parts.join(" ")));
  Deno.stderr.writeSync = (bytes) => {
    err.push(...lines(new TextDecoder().decode(bytes)));
    return bytes.length;
  };
  try {
    return { value: await action(), out, err };
  } finally {
    Object.assign(console, { log, error });
    Deno.stderr.writeSync = writeSync;
  }
}

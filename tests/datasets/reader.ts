/** Run by tests in a process of its own, because where the cache is belongs to a process: prints the rows of a file. */
import { documents, lines, rows } from "../../datasets/source.ts";

const [what, pinned] = Deno.args;
const file = JSON.parse(pinned!);
try {
  const kept = (row: unknown) => {
    const { keep, value } = row as { keep: boolean; value: { text: string } };
    return keep ? value.text : undefined;
  };
  const found = what === "lines" ? lines(file) : what === "rows" ? rows(file, kept) : documents(file, kept);
  console.log(JSON.stringify({ found: await Array.fromAsync<unknown>(found) }));
} catch (error) {
  const { name, message } = error as Error;
  console.log(JSON.stringify({ error: name, message }));
}

/** Run by tests in a process of its own, because where the cache is belongs to a process: prints the rows of a file. */
import { lines, rows } from "../../datasets/source.ts";

const [what, pinned] = Deno.args;
const file = JSON.parse(pinned!);
try {
  const found = what === "lines" ? lines(file) : rows(file, (row) => {
    const { keep, value } = row as { keep: boolean; value: { text: string } };
    return keep ? value.text : undefined;
  });
  console.log(JSON.stringify({ found: await Array.fromAsync<unknown>(found) }));
} catch (error) {
  const { name, message } = error as Error;
  console.log(JSON.stringify({ error: name, message }));
}

/** One line of progress on standard error: rewritten in place on a terminal, else one line for each new thing. */
import { createColors } from "picocolors";
import { visible } from "../columns.ts";

const BAR = 20;

export class StatusLine {
  readonly #terminal = Deno.stderr.isTerminal();
  readonly #dim = createColors(this.#terminal && !Deno.env.get("NO_COLOR")).dim;
  #topic = "";
  #drawn = 0;

  /** Shows `text` with a bar for the share that is done; `topic` tells one thing from the next where lines are kept. */
  show(text: string, share: number, topic = text.replaceAll(/\d+/g, "")): void {
    text = visible(text);
    if (!this.#terminal) {
      if (topic !== this.#topic) this.#write(`${text}\n`);
      this.#topic = topic;
      return;
    }
    const now = Date.now();
    if (now - this.#drawn < 100 && share < 1) return;
    this.#drawn = now;
    const filled = Math.round(Math.min(1, Math.max(0, share)) * BAR);
    const width = Math.max(20, this.#columns() - BAR - 4);
    this.#write(
      `\r\x1b[2K${"█".repeat(filled)}${this.#dim("░".repeat(BAR - filled))} ${text.slice(0, width)}`,
    );
  }

  /** Removes the line, so that results can be printed. */
  clear(): void {
    if (this.#terminal) this.#write("\r\x1b[2K");
  }

  #columns(): number {
    try {
      return Deno.consoleSize().columns;
    } catch {
      return 80;
    }
  }

  #write(text: string): void {
    Deno.stderr.writeSync(new TextEncoder().encode(text));
  }
}

/** Server-sent events as they come, with the time at which each one's last byte was read. */
import type { Clock, Milliseconds } from "../clock.ts";

export interface ServerEvent {
  readonly data: string;
  readonly at: Milliseconds;
}

/** The data of each event: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream */
export async function* eventsOf(body: ReadableStream<Uint8Array>, clock: Clock): AsyncIterable<ServerEvent> {
  const decoder = new TextDecoder();
  let [rest, lines] = ["", [] as string[]];
  for await (const bytes of piecesOf(body)) {
    const at = clock.now();
    rest += decoder.decode(bytes, { stream: true });
    // A return at the end may be the first half of a line's end.
    const whole = rest.endsWith("\r") ? rest.slice(0, -1) : rest;
    const parts = whole.split(/\r\n|\r|\n/);
    rest = parts.pop()! + rest.slice(whole.length);
    for (const line of parts) {
      if (line.startsWith("data:")) lines.push(line.slice(line[5] === " " ? 6 : 5));
      if (line !== "" || lines.length === 0) continue;
      yield { data: lines.join("\n"), at };
      lines = [];
    }
  }
}

/** Larger than most events. */
const PIECE_BYTES = 16384;

/** A body's bytes as they come, each time in the same memory: a stream's own iterator takes 64 KiB anew for each event. */
async function* piecesOf(body: ReadableStream<Uint8Array>): AsyncIterable<Uint8Array> {
  const reader = body.getReader({ mode: "byob" });
  try {
    let memory = new ArrayBuffer(PIECE_BYTES);
    for (;;) {
      const { done, value } = await reader.read(new Uint8Array(memory));
      if (done) return;
      yield value;
      memory = value.buffer;
    }
  } finally {
    // Whoever has what it wants reads no further.
    await reader.cancel().catch(() => {});
  }
}

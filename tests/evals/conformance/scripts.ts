/** What the conformance server answers, written to the wire as it stands; a request's model names the script. */
export interface Write {
  /** Milliseconds after the request was read. */
  readonly after: number;
  /** The bytes as text, or a piece of them. */
  readonly bytes: string | Uint8Array;
  /** Whether an event with tokens ends here. */
  readonly tells?: boolean;
}

export interface Script {
  readonly status?: number;
  readonly writes: readonly Write[];
  /** Whether the connection is cut at the end, in the middle of the body. */
  readonly cut?: boolean;
}

const event = (value: unknown, end = "\n\n") => `data: ${JSON.stringify(value)}${end}`;
const delta = (content: Readonly<Record<string, unknown>>, finish: string | null = null) =>
  event({ choices: [{ index: 0, delta: content, finish_reason: finish }] });
const usage = (tokens: number) =>
  event({ choices: [], usage: { prompt_tokens: 11, completion_tokens: tokens } });
const DONE = "data: [DONE]\n\n";

/** One token an event, at steady times. */
function steady(tokens: number, first: number, gap: number): readonly Write[] {
  return Array.from({ length: tokens }, (_, i) => ({
    after: first + i * gap,
    bytes: delta({ content: `w${i} ` }, i === tokens - 1 ? "length" : null),
    tells: true,
  }));
}

const after = (writes: readonly Write[], bytes: string): Write => ({ after: writes.at(-1)!.after, bytes });
const whole = (writes: readonly Write[], tokens: number): Script => ({
  writes: [...writes, after(writes, usage(tokens)), after(writes, DONE)],
});

const eight = steady(8, 20, 10);
const bundles = steady(4, 20, 20);
const cutInside = new TextEncoder().encode(delta({ content: "né🌙" }, "stop"));

export const SCRIPTS = {
  steady: whole(eight, 8),
  /** Three tokens an event. */
  bundled: whole(bundles, 12),
  /** A role without a word first, then half the tokens on the channel of thoughts, under both of its names. */
  reasoning: whole(
    [
      { after: 5, bytes: delta({ role: "assistant", content: "" }) },
      { after: 20, bytes: delta({ reasoning_content: "let me" }), tells: true },
      { after: 30, bytes: delta({ reasoning: " think" }), tells: true },
      { after: 50, bytes: delta({ content: "yes" }, "stop"), tells: true },
    ],
    3,
  ),
  /** No usage: an event is a token. */
  untold: { writes: [...eight, after(eight, DONE)] },
  /** Ids, several an event, and no usage. */
  ids: {
    writes: [
      {
        after: 5,
        bytes: event({ choices: [{ text: "a", token_ids: [1, 2, 3], finish_reason: null }] }),
        tells: true,
      },
      {
        after: 9,
        bytes: event({ choices: [{ text: "", token_ids: [4], finish_reason: "stop" }] }),
        tells: true,
      },
      { after: 9, bytes: DONE },
    ],
  },
  /** Returns before the line feeds, a comment, a name, and writes that cut a line's end and a character in two. */
  pieces: {
    writes: [
      { after: 2, bytes: ': still here\r\n\r\nevent: message\r\ndata: {"choices":[{"delta":' },
      { after: 6, bytes: '{"content":"a"},\r\ndata: "finish_reason":null}]}\r' },
      { after: 12, bytes: "\n\r\n", tells: true },
      { after: 15, bytes: cutInside.slice(0, 45) },
      { after: 20, bytes: cutInside.slice(45), tells: true },
      { after: 20, bytes: usage(2) },
      { after: 20, bytes: DONE },
    ],
  },
  refused: {
    status: 429,
    writes: [{ after: 1, bytes: JSON.stringify({ error: { message: "full", type: "x" } }) }],
  },
  broken: { status: 500, writes: [{ after: 1, bytes: "<html>\noh no" }] },
  /** Two tokens, and then an error in the stream. */
  failing: {
    writes: [...steady(2, 5, 5), { after: 15, bytes: event({ error: { message: "out of memory" } }) }],
  },
  /** Two tokens, and then nothing more: the connection is cut, or the stream ends as if all were well. */
  cut: { writes: steady(3, 5, 5).slice(0, 2), cut: true },
  unfinished: { writes: [...steady(3, 5, 5).slice(0, 2), { after: 12, bytes: DONE }] },
  /** It ends well, and has said nothing. */
  silent: { writes: [{ after: 5, bytes: delta({ content: "" }, "stop") }, { after: 5, bytes: DONE }] },
  garbled: { writes: [{ after: 5, bytes: 'data: {"choices": [\n\n' }] },
} as const satisfies Record<string, Script>;

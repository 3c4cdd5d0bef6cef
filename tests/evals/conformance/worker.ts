/// <reference lib="deno.worker" />
/** The conformance server in a thread of its own: plain sockets, each write at its time, and noted when it was made. */
import { systemClock } from "../../../engine/clock.ts";
import { type Script, SCRIPTS } from "./scripts.ts";

/** What the server did for one request, on the clock that all threads share. */
export interface Served {
  /** The content of its last message: what the client calls it. */
  readonly id: string;
  readonly read: number;
  /** When each event with tokens was written whole. */
  readonly written: readonly number[];
}

const served: Served[] = [];

async function answer(connection: Deno.Conn): Promise<void> {
  for (;;) {
    const body = await bodyOf(connection);
    if (body === undefined) return connection.close();
    const read = systemClock.now();
    const { model, messages } = JSON.parse(body);
    const script: Script = SCRIPTS[model as keyof typeof SCRIPTS];
    const written: number[] = [];
    served.push({ id: messages.at(-1).content, read, written });
    const { status = 200, writes, cut } = script;
    const type = status === 200 ? "text/event-stream" : "application/json";
    await send(
      connection,
      `HTTP/1.1 ${status} x\r\nContent-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n`,
    );
    for (const { after, bytes, tells } of writes) {
      const left = read + after - systemClock.now();
      if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
      const chunk = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
      const head = new TextEncoder().encode(`${chunk.length.toString(16)}\r\n`);
      const at = systemClock.now();
      await send(connection, Uint8Array.of(...head, ...chunk, 13, 10));
      if (tells) written.push(at);
    }
    if (cut) return connection.close();
    await send(connection, "0\r\n\r\n");
  }
}

async function send(connection: Deno.Conn, bytes: string | Uint8Array): Promise<void> {
  const all = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
  for (let sent = 0; sent < all.length;) sent += await connection.write(all.subarray(sent));
}

/** The body of the next request, undefined where there is none. Requests come one at a time, with their length. */
async function bodyOf(connection: Deno.Conn): Promise<string | undefined> {
  let text = "";
  const buffer = new Uint8Array(1 << 16);
  for (;;) {
    const [head, body] = text.split("\r\n\r\n", 2);
    const length = Number(head?.match(/content-length: (\d+)/i)?.[1] ?? 0);
    if (body !== undefined && new TextEncoder().encode(body).length >= length) return body;
    const count = await connection.read(buffer);
    if (count === null) return undefined;
    text += new TextDecoder().decode(buffer.subarray(0, count));
  }
}

const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
(async () => {
  for await (const connection of listener) {
    connection.setNoDelay(true);
    answer(connection).catch(() => {});
  }
})();
self.onmessage = () => self.postMessage({ served: served.splice(0) });
self.postMessage({ port: (listener.addr as Deno.NetAddr).port });

/** A worker that examines lines of an export: what costs time of an import is here, beside the process that writes. */
import { examine } from "./examine.ts";

declare const self: {
  onmessage: (event: MessageEvent<{ readonly lines: readonly Uint8Array[]; readonly now: number }>) => void;
  postMessage(message: unknown): void;
};

self.onmessage = ({ data: { lines, now } }) => self.postMessage(lines.map((line) => examine(line, now)));

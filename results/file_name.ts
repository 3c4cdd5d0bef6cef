/** Names of suites, workloads and techniques as names of files, on any file system. */
import { createHash } from "node:crypto";

/** Itself where it is plain, else what is plain of it and a digest, so that no two are one. */
export function fileName(name: string): string {
  if (/^[a-z0-9_]{1,60}$/.test(name)) return name;
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9_]+/g, "-").replaceAll(/^-|-$/g, "").slice(0, 40);
  return `${plain || "name"}-${createHash("sha256").update(name).digest("hex").slice(0, 8)}`;
}

/** Pages of a store in memory, asked without a socket. */
import { assertEquals } from "@std/assert";
import { createApp, openStore, type Recording, type ResultsStore } from "../../results/mod.ts";

/** A store that holds these. */
export function filled(recordings: readonly Recording[]): ResultsStore {
  const store = openStore(":memory:");
  for (const one of recordings) store.append(one);
  return store;
}

/** The body of a page, which must answer with this status. */
export async function text(store: ResultsStore, path: string, status = 200): Promise<string> {
  const response = await createApp(store).request(path);
  assertEquals(response.status, status, path);
  return await response.text();
}

/** The id of the recording of a row. */
export const idOf = (all: readonly Recording[], name: string) =>
  all.find(({ outcome }) => outcome.trial.name === name)!.id;

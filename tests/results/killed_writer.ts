/** Run by store_test.ts: appends one recording, opens a transaction with another, and dies by SIGKILL inside it. */
import { DatabaseSync } from "node:sqlite";
import { openStore } from "../../results/store.ts";
import { failed, recording, trial } from "./fixture.ts";

const path = Deno.args[0]!;
const store = openStore(path);
store.append(await recording(failed(trial("committed"))));
const db = new DatabaseSync(path);
db.exec(
  "BEGIN IMMEDIATE; INSERT INTO recordings VALUES (99, 'lost', 't', 'rejected', 'h', 0, 's', 'lost', '{}')",
);
await Deno.stdout.write(new TextEncoder().encode("inside\n"));
Deno.kill(Deno.pid, "SIGKILL");

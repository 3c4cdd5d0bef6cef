/**
 * One row of server_bench.ts, in a process of its own; its last line is JSON. Two arms in turns over the same blocks,
 * which of them begins changing from pair to pair.
 *
 *   deno run -A tests/bench/server_child.ts MODE OURS THEIRS PAIRS REQUESTS
 */
import { onnxEngine, type ratioOf, type Session } from "../../mod.ts";
import { workFolder } from "../parity/environment.ts";
import {
  type Agreement,
  agreement,
  type ArmFigures,
  armOf,
  blockOf,
  onServer,
  onSession,
  type Ran,
  ratioOfRates,
} from "./server_blocks.ts";
import { type Generators, generators } from "./server_generators.ts";
import { llamaServer, ownServer, type Peer, vllmServer } from "./server_peers.ts";
import { SERVING, stackOf, type TechniqueName } from "./server_stack.ts";

export type Ratio = ReturnType<typeof ratioOf>;

/** Two arms over the same blocks. */
export interface Contest {
  readonly ours: ArmFigures;
  readonly theirs: ArmFigures;
  /** Tokens a second, ours over theirs. */
  readonly ratio: Ratio;
  readonly agreement: Agreement;
  readonly flags: { readonly ours: string; readonly theirs: string };
  readonly build: Readonly<Record<string, string>>;
}

const ours = (precision: string): readonly TechniqueName[] => [
  ...(precision === "f32" ? [] : [precision as TechniqueName]),
  ...SERVING,
];

/** An arm: answers a block. */
type Arm = (block: ReturnType<typeof blockOf>) => Promise<Ran>;

async function inTurns(arms: Readonly<Record<"ours" | "theirs", Arm>>, pairs: number, requests: number) {
  const found: Record<keyof typeof arms, Ran[]> = { ours: [], theirs: [] };
  for (const arm of ["ours", "theirs"] as const) await arms[arm](blockOf(pairs, Math.ceil(requests / 2)));
  for (let pair = 0; pair < pairs; pair++) {
    for (const arm of pair % 2 === 0 ? ["theirs", "ours"] as const : ["ours", "theirs"] as const) {
      const ran = await arms[arm](blockOf(pair, requests));
      console.error(
        `pair ${pair + 1} of ${pairs}, ${arm}: ${armOf([ran]).tokensPerSecond.toFixed(1)} tokens/s`,
      );
      found[arm].push(ran);
    }
  }
  return found;
}

async function contest(
  { server, flags }: Peer,
  { arm, flags: theirFlags, build }: {
    readonly arm: Arm;
    readonly flags: string;
    readonly build: Contest["build"];
  },
  pairs: number,
  requests: number,
): Promise<Contest> {
  const found = await inTurns({ ours: (block) => onServer(server, block), theirs: arm }, pairs, requests);
  return {
    ours: armOf(found.ours),
    theirs: armOf(found.theirs),
    ratio: ratioOfRates(found.ours, found.theirs),
    agreement: agreement(found.ours, found.theirs),
    flags: { ours: flags, theirs: theirFlags },
    build,
  };
}

const behind = ({ server, flags, build }: Peer) => ({
  arm: (block: Parameters<Arm>[0]) => onServer(server, block),
  flags,
  build,
});
const called = (session: Session) => ({
  arm: (block: Parameters<Arm>[0]) => onSession(session, block),
  flags: "called directly",
  build: {},
});

const [mode, own, theirs, pairs, requests] = Deno.args as [Mode, string, string, string, string];
export type Mode = "endpoint" | "llama" | "vllm" | "generators";

async function measure(): Promise<Contest | Generators> {
  const folder = await workFolder("servers");
  const counts = [Number(pairs), Number(requests)] as const;
  if (mode === "generators") return await generators(folder, ...counts);
  const names = ours(own);
  await using server = await ownServer(names, folder);
  if (mode === "endpoint") {
    await using session = await onnxEngine({ backend: "native" }).open(await stackOf(names));
    return await contest(server, called(session), ...counts);
  }
  await using other = await (mode === "llama" ? llamaServer : vllmServer)(theirs, folder);
  return await contest(server, behind(other), ...counts);
}

console.log(JSON.stringify(await measure()));

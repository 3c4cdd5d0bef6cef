import { assertEquals, assertStringIncludes } from "@std/assert";
import { explain, explainCheck } from "../../results/mod.ts";
import {
  breaches,
  check,
  emulated,
  failed,
  guard,
  held,
  law,
  objective,
  recorded,
  trial,
  unmeasured,
  unsure,
  workload,
} from "./fixture.ts";

Deno.test("a pass says what came nearest to its margin and what speed is claimed", () => {
  assertEquals(explain(recorded(trial("int8"), [workload(1.62)], [check(0.003, -0.003, 0.009)])), [
    "Quality held on the one check; nearest to its margin: acc of arc_easy lost at most 0.9 pp over 600 samples; 2.0 pp is allowed.",
    "single_stream: faster, 1.62x the baseline's tokens per second [1.57, 1.67], noise 2.0 %. That is 1.78x the peer engine at f32.",
  ]);
});

Deno.test("a ratio inside the noise is not called a gain", () => {
  const [, speed] = explain(recorded(trial("int8"), [workload(1.01)]));
  assertStringIncludes(speed!, "no difference is claimed");
});

Deno.test("a failure names the loss with its interval, and every failed check", () => {
  const said = explain(failed(trial("int4"), [check(0.061, 0.034, 0.088), breaches(17)]));
  assertEquals(said, [
    "Quality was lost: mismatches of token_match found 17 breaches over 600 samples; none is allowed.",
    "Acc of arc_easy lost 6.1 pp [3.4, 8.8] over 600 samples; 2.0 pp is allowed.",
  ]);
});

Deno.test("an undecided trial says how many more samples would decide", () => {
  assertStringIncludes(explain(unsure(trial("kv")))[0]!, "about 1,800 more samples would decide");
});

Deno.test("what holds and is emulated says what came nearest to its margin, and why no speed is claimed", () => {
  assertEquals(explain(held(emulated("fp8"))), [
    "Quality held on the one check; nearest to its margin: acc of arc_easy lost at most 0.9 pp over 600 samples; 2.0 pp is allowed.",
    "No speed is claimed: fp8 is emulated here: its floats are computed as wider ones.",
  ]);
});

Deno.test("void and skipped give their reason", () => {
  assertStringIncludes(
    explain(unmeasured(trial("a"), "void", "the machine slept"))[0]!,
    "the machine slept.",
  );
  assertEquals(explain(unmeasured(trial("a"), "skipped", "no heads")), ["Not run: no heads."]);
});

Deno.test("a check that gained lost nothing", () => {
  assertStringIncludes(explainCheck(check(-0.02, -0.03, -0.01)), "lost nothing");
});

Deno.test("a guard says what is not shown, or what is", () => {
  assertEquals(
    explainCheck(guard(0.02, -0.06, 0.13)),
    "kl_p99 of wikipedia is not shown to lose more than 0.100 nats over 600 samples: 0.020 nats [−0.060, 0.130].",
  );
  assertEquals(
    explainCheck(guard(0.3, 0.2, 0.4)),
    "kl_p99 of wikipedia is shown to lose more than 0.100 nats over 600 samples: 0.300 nats [0.200, 0.400].",
  );
  assertStringIncludes(
    explainCheck(guard(-0.3, -0.4, -0.2, { decision: "fail" })),
    "moved by −0.300 nats [−0.400, −0.200] over 600 samples, the other way than a loss",
  );
  assertStringIncludes(
    explainCheck(guard(0.3, -1e9, 1e9, { clusters: 3 })),
    "and 3 clusters could show nothing",
  );
});

Deno.test("a law has its probability and the total variation", () => {
  assertEquals(
    explainCheck(law(0.314, 0.012)),
    "uniform of sampling follows its law: p 0.31, total variation 0.012, over 600 samples; it fails below p 0.001.",
  );
  assertEquals(
    explainCheck(law(2e-7, 0.4)),
    "uniform of sampling does not follow its law: p 2e-7, total variation 0.400, over 600 samples; it fails below p 0.001.",
  );
  assertStringIncludes(explainCheck(law(1, 0, { decision: "unsure" })), "could not be tested");
});

Deno.test("a part that failed is named with its loss, though the whole held", () => {
  const slices = [
    { name: "long", n: 120, loss: 0.061, low: 0.034, failed: true },
    { name: "short", n: 480, loss: 0, low: -0.01, failed: false },
  ];
  assertEquals(
    explainCheck(check(0.003, -0.003, 0.009, { slices, decision: "fail", note: "shown on long" })),
    "acc of arc_easy lost at most 0.9 pp over 600 samples; 2.0 pp is allowed. " +
      "Parts of it are shown to lose more than 2.0 pp: long (6.1 pp, at least 3.4, n=120).",
  );
});

Deno.test("no gain is claimed where the latency objective broke", () => {
  const speed = workload(1.62, 0.05, { claim: "no difference", objective: objective("broke") });
  assertStringIncludes(
    explain(recorded(trial("late"), [speed]))[1]!,
    "no gain is claimed at 1.62x the baseline's tokens per second [1.57, 1.67]. " +
      "Latency: TTFT p95 84.0 ms → 130 ms, at most 101 ms: broke.",
  );
});

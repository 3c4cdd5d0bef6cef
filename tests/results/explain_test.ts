import { assertEquals, assertStringIncludes } from "@std/assert";
import { explain, explainCheck } from "../../results/mod.ts";
import { breaches, check, failed, recorded, trial, unmeasured, unsure, workload } from "./fixture.ts";

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

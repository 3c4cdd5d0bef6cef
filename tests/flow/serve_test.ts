/** The endpoint on the real model, as a user starts it, asked by OpenAI's client and loaded by our own generator. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import OpenAI from "openai";

const ROOT = new URL("../../", import.meta.url).pathname;
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("deno task serve answers a question, whole and streamed alike, bears a load, and ends when told to", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  // The task's own command, so that the signal reaches it.
  const child = new Deno.Command("deno", {
    args: [...tasks.serve.split(" ").slice(1), "--port", "0"],
    cwd: ROOT,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const err = new Response(child.stderr).text();
  const reader = child.stdout.getReader();
  let out = "";
  while (!/until Ctrl-C\.\n.*\n/.test(out)) out += text((await reader.read()).value!);
  const baseURL = out.match(/http:\S+/)![0];
  const client = new OpenAI({ baseURL, apiKey: "none", maxRetries: 0 });
  const [model] = await Array.fromAsync(client.models.list());
  const asked = {
    model: model!.id,
    messages: [{ role: "user" as const, content: "What is the capital of France?" }],
    max_completion_tokens: 20,
    temperature: 0,
  };
  const { choices, usage } = await client.chat.completions.create(asked);
  assertEquals([choices[0]!.message.content, choices[0]!.finish_reason], [
    "The capital of France is Paris.",
    "stop",
  ]);
  const streamed = await client.chat.completions.stream({ ...asked, stream: true }).finalChatCompletion();
  assertEquals(streamed.choices[0]!.message.content, choices[0]!.message.content);
  assertEquals(usage!.prompt_tokens, 37);
  const load = await new Deno.Command("deno", {
    args: ["task", "--quiet", "load", baseURL, "--requests", "3", "--concurrency", "2", "--json"],
    cwd: ROOT,
  }).output();
  assertStringIncludes(text(load.stdout), "3 of 3 requests answered");
  const report = JSON.parse(text(load.stdout).trimEnd().split("\n").at(-1)!);
  assertEquals(report.requests.map(({ tokens }: { tokens: number }) => tokens), [32, 32, 32]);
  child.kill("SIGTERM");
  while (!(await reader.read()).done);
  assertEquals((await child.status).code, 0);
  assertStringIncludes(await err, "Stopping when what is open has ended");
});

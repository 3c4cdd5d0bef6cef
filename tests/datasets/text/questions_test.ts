import { assertEquals, assertThrows } from "@std/assert";
import { toPrompt } from "../../../datasets/text/sharegpt.ts";
import { questions, toQuestion } from "../../../datasets/text/squad.ts";
import { toQuestion as toTrivia } from "../../../datasets/text/trivia_qa.ts";
import { tokensFor, workloads } from "../../../datasets/mod.ts";

const qas = [
  { id: "1", question: "Who?", answers: [{ text: "Ann" }, { text: "Ann" }, { text: "Ann B." }] },
  { id: "2", question: "Where?", answers: [] },
];
const file = { data: [{ title: "T", paragraphs: [{ context: "Ann B. is here.", qas }] }] };

Deno.test("SQuAD's questions come with their paragraph and each accepted answer once", () => {
  const [first, second] = [...questions(file)].map(toQuestion);
  assertEquals(first!.prompt, "Title: T\n\nBackground: Ann B. is here.\n\nQuestion: Who?\n\nAnswer:");
  assertEquals([first!.answers, second!.answers], [["Ann", "Ann B."], []]);
});

Deno.test("SQuAD's questions on one paragraph are one cluster, those on another are not", () => {
  const two = {
    title: "T",
    paragraphs: [...file.data[0]!.paragraphs, { context: "Other.", qas: qas.slice(1) }],
  };
  const clusters = [...questions({ data: [two] })].map((one) => toQuestion(one).cluster);
  assertEquals([clusters[0] === clusters[1], clusters[0] === clusters[2]], [true, false]);
});

Deno.test("a TriviaQA row accepts every alias; one without any is refused", () => {
  const row = { question: "Who", question_id: "q", answer: { aliases: ["A", "B"] } };
  assertEquals([toTrivia(row).prompt, toTrivia(row).answers], ["Question: Who?\nAnswer:", ["A", "B"]]);
  assertThrows(() => toTrivia({ ...row, answer: { aliases: [] } }), Error, "must have a name");
});

const turn = (from: string, length: number) => ({ from, value: "word".repeat(length) });
const prompt = (...conversations: ReturnType<typeof turn>[]) => toPrompt({ id: "abc_7", conversations });

Deno.test("a ShareGPT conversation is its first question, with the length of the answer that it got", () => {
  const { cluster, turns, answerTokens } = prompt(turn("human", 10), turn("gpt", 30), turn("human", 5))!;
  assertEquals([cluster, turns, answerTokens], ["abc", ["word".repeat(10)], 30]);
});

Deno.test("ShareGPT conversations that begin otherwise, or are too short or too long, are left out", () => {
  assertEquals(prompt(turn("gpt", 10), turn("human", 10)), undefined);
  assertEquals(prompt(turn("human", 10)), undefined);
  assertEquals(prompt(turn("human", 3), turn("gpt", 10)), undefined);
  assertEquals(prompt(turn("human", 1025), turn("gpt", 10)), undefined);
  assertEquals(prompt(turn("human", 1000), turn("gpt", 1049)), undefined);
});

Deno.test("a workload asks for as many tokens as the answer had, from two to its own limit", () => {
  const load = { ...workloads.chat_single, maxTokens: 32 };
  const of = (answerTokens?: number) =>
    tokensFor(load, {
      id: "",
      cluster: "",
      slices: [],
      turns: [],
      ...(answerTokens === undefined ? {} : { answerTokens }),
    });
  assertEquals([of(), of(1), of(20), of(500)], [32, 2, 20, 32]);
});

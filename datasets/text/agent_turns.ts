/**
 * What coding agents were told, turn by turn, in real sessions of Codex and Claude Code: a user's words and then results
 * of tools. Each turn is asked with the recorded answers before it, so that its prompt is the same whatever was answered
 * here, and begins as the prompt before it did. Whole sessions do not fit small models: each is cut into conversations
 * of a few turns that begin with its instructions, and each text to its beginning.
 */
import type { Message } from "../../engine/mod.ts";
import type { Dataset, Prompt } from "../dataset.ts";
import { FILES, from } from "../packages.ts";
import { json } from "../source.ts";
import { CHARACTERS_PER_TOKEN } from "./haystack.ts";

interface File {
  readonly cases: readonly Session[];
}

/** A session as far as one of several lengths; users and assistant take turns, and the user begins. */
interface Session {
  readonly source_session_id: string;
  readonly messages: readonly Pick<Message, "role" | "content">[];
}

/** Turns of a conversation: the last prompt of one has about 1,300 tokens, and 2,500 at most. */
export const AGENT_TURNS = 4;
/** Characters of a session's instructions and of each text after them. */
const [INSTRUCTIONS, EACH] = [1600, 800];

/** The turns of every whole conversation of the longest recording of each session. */
export function* toTurns({ cases }: File): Iterable<Prompt> {
  const longest = new Map<string, Session>();
  for (const one of cases) {
    const before = longest.get(one.source_session_id);
    if (!before || before.messages.length < one.messages.length) longest.set(one.source_session_id, one);
  }
  for (const [session, { messages }] of longest) {
    const size = 2 * AGENT_TURNS;
    for (let at = 0; at + size <= messages.length; at += size) {
      const conversation = `${session}-${at / size}`;
      const texts = messages.slice(at, at + size).map(({ content }) => cut(content, EACH));
      const instructions = cut(messages[0]!.content, INSTRUCTIONS);
      texts[0] = at === 0 ? instructions : `${instructions}\n\n${texts[0]}`;
      for (let turn = 0; turn < AGENT_TURNS; turn++) {
        yield {
          id: `${conversation}-${turn}`,
          cluster: session,
          conversation,
          slices: [`turn ${turn + 1}`],
          history: texts.slice(0, 2 * turn).map(said),
          turns: [texts[2 * turn]!],
          answerTokens: Math.round(texts[2 * turn + 1]!.length / CHARACTERS_PER_TOKEN),
        };
      }
    }
  }
}

const said = (content: string, index: number): Message => ({
  role: index % 2 === 0 ? "user" : "assistant",
  content,
});

/** A text's beginning, without half a character at its end. */
const cut = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most).replace(/[\uD800-\uDBFF]$/, "")} […]`;

export const agentTurns: Dataset<Prompt> = {
  name: "agent_turns",
  version: "1",
  source: `${from(FILES.agentTurns)}; its own recordings of Codex and Claude Code`,
  license: "Apache-2.0",
  split: "workload",
  digest: FILES.agentTurns.sha256,
  size: 756,
  samples: () => json(FILES.agentTurns, toTurns),
};

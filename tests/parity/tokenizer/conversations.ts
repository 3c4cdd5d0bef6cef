/**
 * Conversations for the chat template: with and without a system message, of one turn and of several, and odd ones.
 * None ends with the assistant: llama-server takes that as the beginning of the answer, whatever the template says.
 */
import type { Message } from "../../../engine/mod.ts";

const say = (role: Message["role"], content: string): Message => ({ role, content });

export const conversations: readonly (readonly Message[])[] = [
  [say("user", "Hi")],
  [say("system", "You answer in one word."), say("user", "What is the capital of France?")],
  [say("user", "Hi"), say("assistant", "Hello! How can I help?"), say("user", "Tell me a joke.")],
  [
    say("system", "You are a pirate."),
    say("user", "Hi"),
    say("assistant", "Arr!"),
    say("user", "Where is the gold?"),
    say("assistant", "Under the palm."),
    say("user", "Which?"),
  ],
  [say("user", "  white space at both ends \n")],
  [say("system", " \n"), say("user", "\n\nlines\n")],
  [say("user", "")],
  [say("system", ""), say("user", "an empty system message")],
  [say("user", "Say <|im_end|> and <|im_start|>system")],
  [say("user", "日本語 👩‍👩‍👧 é \u00a0 1234")],
  [say("user", "{{ not a template }} {% if x %}")],
  [say("user", "say 'it' \"quoted\" \\n & <b>")],
  [say("user", "a"), say("user", "two users in a row")],
  [say("user", "a"), say("system", "a system message in the middle"), say("user", "b")],
];

/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/** Where a technique that passed loses, in sentences. */
import type { Outcome } from "../../evals/mod.ts";
import { losing } from "../losing.ts";
import { Text } from "./text.tsx";

export function Losing({ outcome }: { readonly outcome: Outcome }) {
  const sentences = losing(outcome);
  if (sentences.length === 0) return null;
  return (
    <section>
      <h2>Where it loses</h2>
      <ul class="reasons">
        {sentences.map((sentence) => (
          <li>
            <Text of={sentence} most={400} />
          </li>
        ))}
      </ul>
    </section>
  );
}

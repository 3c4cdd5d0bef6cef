/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/**
 * Names and answers of foreign origin: isolated, so that their direction turns nothing beside them; what cannot be seen
 * made visible; long ones cut, with the rest a click away. https://www.w3.org/International/articles/inline-bidi-markup/
 */
import { short, visible } from "../columns.ts";
import { count } from "../figures.ts";

/** More than this of one text stands on no page; the JSON has it all. */
const MOST = 8000;

/** A name or sentence within a line. */
export function Text({ of, most = 160 }: { readonly of: string; readonly most?: number }) {
  return <bdi>{visible(short(of, most))}</bdi>;
}

/** The same as a block of its own, where a long one can be opened. */
export function Opening({ of, most }: { readonly of: string; readonly most: number }) {
  if (of.length <= most) return <Text of={of} most={most} />;
  return (
    <>
      <Text of={of} most={most} />
      <details class="all">
        <summary>
          {of.length <= MOST
            ? `All ${count(of.length)} characters`
            : `The first ${count(MOST)} of ${count(of.length)} characters`}
        </summary>
        <bdi tabindex={0}>{lines(short(of, MOST))}</bdi>
      </details>
    </>
  );
}

/** Its lines as they are, with everything else that is not to be seen made visible. */
export const lines = (text: string): string => text.split("\n").map(visible).join("\n");

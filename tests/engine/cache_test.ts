/** What the pages of the baseline cache add to the contract of every cache: sharing, copying and honest counts. */
import { assertEquals, assertThrows } from "@std/assert";
import { type KvRows, type Page, PAGE_TOKENS, PagedCache, type SeqId } from "../../engine/mod.ts";
import { floatPages } from "../../engine/pages.ts";

const SHAPE = { layers: 1, kvHeads: 1, headDim: 1 };

function rows(values: readonly number[]): KvRows {
  return Float32Array.from(values.flatMap((v) => [v, -v]));
}

function append(cache: PagedCache, seq: SeqId, values: readonly number[]): void {
  cache.reserve(seq, values.length);
  cache.commit(seq, rows(values), values.map((_, i) => i), values);
}

function keys(cache: PagedCache, seq: SeqId): number[] {
  const view = cache.view(seq);
  const into = new Float32Array(view.length);
  view.copy(0, 0, 0, view.length, into, 0, 0);
  return [...into];
}

/** A cache whose books can be cooked. */
class Cooked extends PagedCache {
  pages(seq: SeqId): Page[] {
    return this.row(seq).pages;
  }
  override drop(page: Page): void {
    super.drop(page);
  }
}

function cooked(): { readonly cache: Cooked; readonly seq: SeqId } {
  const cache = new Cooked(SHAPE, 256);
  const { seq } = cache.start([], "");
  append(cache, seq, Array.from({ length: 40 }, (_, i) => i));
  return { cache, seq };
}

Deno.test("a forked sequence shares its pages, and a written page is copied first", () => {
  const { cache, seq } = cooked();
  const copy = cache.fork(seq);
  assertEquals(cache.pages(copy).map((page) => page.references), [2, 2, 2]);
  append(cache, copy, [100]);
  append(cache, seq, [200]);
  assertEquals(cache.pages(copy).map((page) => page.references), [2, 2, 1]);
  assertEquals([keys(cache, copy).at(-1), keys(cache, seq).at(-1)], [100, 200]);
  cache.check();
});

Deno.test("pages set aside by a sequence are not its fork's", () => {
  const { cache, seq } = cooked();
  cache.reserve(seq, 3 * PAGE_TOKENS);
  const copy = cache.fork(seq);
  const [ours, theirs] = [1, 2].map((sign) =>
    Array.from({ length: 3 * PAGE_TOKENS }, (_, i) => sign * 1000 + i)
  );
  append(cache, seq, ours!);
  append(cache, copy, theirs!);
  assertEquals([keys(cache, seq).slice(40), keys(cache, copy).slice(40)], [ours!, theirs!]);
  cache.check();
});

Deno.test("a sequence cut within a shared page leaves the other one's rows alone", () => {
  const { cache, seq } = cooked();
  const copy = cache.fork(seq);
  cache.truncate(copy, 20);
  append(cache, copy, [1, 2, 3]);
  assertEquals(keys(cache, seq), Array.from({ length: 40 }, (_, i) => i));
  assertEquals(keys(cache, copy), [...Array.from({ length: 20 }, (_, i) => i), 1, 2, 3]);
  cache.check();
});

Deno.test("a released sequence gives its pages to the next, and none are taken beyond the limit", () => {
  const cache = new PagedCache(SHAPE, 4 * PAGE_TOKENS);
  for (let i = 0; i < 5; i++) {
    const { seq } = cache.start([], "");
    append(cache, seq, Array.from({ length: 60 }, () => i));
    assertEquals(cache.reserve(cache.start([], "").seq, 1), false);
    cache.release(seq);
  }
  assertEquals([cache.counters.pagesPeak, cache.counters.pagesHeld], [4, 0]);
});

Deno.test("sequences that are not there, and lengths that are not held, are refused", () => {
  const { cache, seq } = cooked();
  assertThrows(() => cache.truncate(seq, 41), RangeError);
  cache.release(seq);
  for (
    const use of [
      () => cache.view(seq),
      () => cache.fork(seq),
      () => cache.release(seq),
      () => cache.reserve(seq, 1),
    ]
  ) {
    assertThrows(use, RangeError, "No sequence");
  }
});

for (
  const [name, plant] of Object.entries(
    {
      "a reference too many": ({ pages }) => void pages[0]!.references++,
      "a reference too few": ({ pages }) => void pages[0]!.references--,
      "a page from elsewhere": ({ pages }) =>
        void pages.push({ rows: floatPages(SHAPE).make(), references: 1 }),
      "a page that is lost": ({ pages, cache }) => {
        cache.reserve(1, PAGE_TOKENS);
        pages.pop();
      },
      "a sequence with too few pages": ({ pages }) => void pages.pop(),
      "a page held twice": ({ pages }) => void pages.push(pages[0]!),
      "a page freed while it is used": ({ pages, cache }) => cache.drop(pages[1]!),
      "a page freed twice": ({ pages, cache }) => {
        const [page] = pages.splice(2, 1);
        cache.truncate(1, 32);
        cache.drop(page!);
        page!.references = 1;
        cache.drop(page!);
      },
    } satisfies Record<string, (at: { readonly pages: Page[]; readonly cache: Cooked }) => void>,
  )
) {
  Deno.test(`the books show ${name}`, () => {
    const { cache, seq } = cooked();
    cache.check();
    plant({ pages: cache.pages(seq), cache });
    assertThrows(() => cache.check(), Error);
  });
}

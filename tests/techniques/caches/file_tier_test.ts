import { assertEquals, assertThrows } from "@std/assert";
import { cacheFolder } from "../../../engine/mod.ts";
import { FileTier, type TierFile } from "../../../techniques/caches/file_tier.ts";
import { useTestCache } from "../../engine/test_cache.ts";

useTestCache();

const BYTES = 5;

/** A tier in a file that has a name. */
function named(pages: number) {
  const path = Deno.makeTempFileSync();
  const tier = new FileTier(pages, BYTES, () => Deno.openSync(path, { read: true, write: true }));
  return {
    tier,
    write: (key: string, first = key.length) => tier.write(key, (into) => into.fill(first)),
    read(key: string): number[] | undefined {
      let found: number[] | undefined;
      const whole = tier.read(key, (from) => (found = [...from]));
      tier.check();
      return whole ? found : undefined;
    },
    bytes: () => Deno.readFileSync(path),
    change: (bytes: Uint8Array) => Deno.writeFileSync(path, bytes),
    [Symbol.dispose]() {
      tier[Symbol.dispose]();
      Deno.removeSync(path);
    },
  };
}

Deno.test("a page comes back as it was written, as often as it is asked for", () => {
  using file = named(4);
  assertEquals([file.write("a", 1), file.write("b", 2)], [true, true]);
  assertEquals([file.read("b"), file.read("a"), file.read("a")], [
    Array(BYTES).fill(2),
    Array(BYTES).fill(1),
    Array(BYTES).fill(1),
  ]);
  assertEquals(file.read("c"), undefined);
});

Deno.test("a page of which any byte has changed is not given, and is forgotten", () => {
  using file = named(4);
  for (let at = 0; at < 32 + BYTES; at++) {
    file.write("a", 1);
    const bytes = file.bytes();
    bytes[at]! ^= 1;
    file.change(bytes);
    assertEquals([file.read("a"), file.tier.touch("a")], [undefined, false]);
  }
});

Deno.test("a page that lies where another's should is not given", () => {
  using file = named(2);
  file.write("a", 1);
  file.write("b", 2);
  const bytes = file.bytes();
  file.change(new Uint8Array([...bytes.subarray(32 + BYTES), ...bytes.subarray(0, 32 + BYTES)]));
  assertEquals([file.read("a"), file.read("b")], [undefined, undefined]);
});

Deno.test("a file that was cut short gives what is whole", () => {
  using file = named(2);
  file.write("a", 1);
  file.write("b", 2);
  file.change(file.bytes().subarray(0, 2 * (32 + BYTES) - 1));
  assertEquals([file.read("a"), file.read("b")], [Array(BYTES).fill(1), undefined]);
});

Deno.test("the page that was used longest ago makes room, and the file does not grow", () => {
  using file = named(2);
  file.write("a");
  file.write("b");
  file.read("a");
  file.write("c");
  assertEquals([file.read("a") !== undefined, file.read("b"), file.read("c") !== undefined], [
    true,
    undefined,
    true,
  ]);
  assertEquals(file.bytes().length, 2 * (32 + BYTES));
});

Deno.test("a disk that is full costs the page that it refused", () => {
  using tier = new FileTier(3, BYTES, () => Deno.openSync("/dev/full", { read: true, write: true }));
  assertEquals([tier.write("a", () => {}), tier.touch("a")], [false, false]);
  tier.check();
});

Deno.test("a disk that cannot be written is asked once", () => {
  let asked = 0;
  using tier = new FileTier(3, BYTES, () => {
    asked++;
    throw new Deno.errors.PermissionDenied("read-only");
  });
  assertEquals([tier.write("a", () => {}), tier.write("b", () => {}), asked], [false, false, 1]);
  tier.check();
});

Deno.test("a tier of no pages takes none", () => {
  using tier = new FileTier(0, BYTES, () => {
    throw new Error("asked");
  });
  assertEquals(tier.write("a", () => {}), false);
});

Deno.test("the file has no name while it is used, so that no end of the process leaves one", () => {
  using tier = new FileTier(2, BYTES);
  tier.write("a", (into) => into.fill(9));
  assertEquals([...Deno.readDirSync(`${cacheFolder()}/kv_offload`)], []);
  let found: number[] = [];
  tier.read("a", (from) => (found = [...from]));
  assertEquals(found, Array(BYTES).fill(9));
});

Deno.test("a page that is held twice is found by the check", () => {
  const calls: string[] = [];
  const file: TierFile = { seekSync: () => 0, readSync: () => null, writeSync: (b) => b.length, close() {} };
  using tier = new FileTier(2, BYTES, () => file);
  tier.write("a", () => calls.push("saved"));
  tier.check();
  // Written again without having gone: its first slot is nobody's.
  tier.write("a", () => calls.push("saved"));
  assertThrows(() => tier.check(), Error, "was lost or is held twice");
});

import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { UserError } from "../../../engine/mod.ts";
import { openGguf } from "../../../engine/weights/mod.ts";
import { Bytes, f32, gguf, type GgufFile, half, type Tensor, TYPE, withFile } from "../gguf_file.ts";

const f16: Tensor = {
  name: "half",
  shape: [2, 2],
  type: 1,
  data: new Bytes().raw(half(1.5)).raw(half(-2)).raw(half(65504)).raw(half(2 ** -24)).done(),
};

/** Two rows of one block each: scale 0.5 and -0.25, values counting up from -16. */
const q80: Tensor = {
  name: "eight",
  shape: [2, 32],
  type: 8,
  data: [0.5, -0.25].reduce((bytes, scale) => {
    bytes.raw(half(scale));
    for (let i = 0; i < 32; i++) bytes.number("i8", i === 0 ? -128 : i - 16);
    return bytes;
  }, new Bytes()).done(),
};

/** One block: scale 0.25, minimum -1; value i holds i % 16 in the low half and 15 - i % 16 in the high half. */
const q41: Tensor = {
  name: "four",
  shape: [32],
  type: 3,
  data: new Bytes().raw(half(0.25)).raw(half(-1)).raw(
    Array.from({ length: 16 }, (_, i) => i | ((15 - i) << 4)),
  )
    .done(),
};

const llama = { "general.architecture": { type: "string", value: "llama" } } as const;
const whole: GgufFile = {
  metadata: llama,
  tensors: [f32("full", [2, 3], [0, -1, 2.5, 3e38, 1e-40, -0]), f16, q80, q41],
};

async function refused(file: GgufFile | Uint8Array, says: string): Promise<void> {
  await withFile(file instanceof Uint8Array ? file : gguf(file), (path) => {
    assertThrows(() => openGguf(path)[Symbol.dispose](), UserError, says);
  });
}

Deno.test("F32, F16, Q8_0 and Q4_1 tensors are read exactly", async () => {
  await withFile(gguf(whole), (path) => {
    using weights = openGguf(path);
    assertEquals(weights.names(), ["full", "half", "eight", "four"]);
    assertEquals(weights.names().map((name) => weights.stored(name)), ["F32", "F16", "Q8_0", "Q4_1"]);
    assertEquals(weights.names().map((name) => weights.shape(name)), [[2, 3], [2, 2], [2, 32], [32]]);
    assertEquals(weights.read("full"), Float32Array.of(0, -1, 2.5, 3e38, 1e-40, -0));
    assertEquals(weights.read("half"), Float32Array.of(1.5, -2, 65504, 2 ** -24));
    const counted = Array.from({ length: 32 }, (_, i) => (i === 0 ? -128 : i - 16));
    assertEquals(
      weights.read("eight"),
      Float32Array.from([...counted.map((q) => q * 0.5), ...counted.map((q) => q * -0.25)]),
    );
    const nibbles = [
      ...Array.from({ length: 16 }, (_, i) => i),
      ...Array.from({ length: 16 }, (_, i) => 15 - i),
    ];
    assertEquals(weights.read("four"), Float32Array.from(nibbles, (q) => q * 0.25 - 1));
  });
});

Deno.test("one row of a matrix is the same values as in the whole", async () => {
  await withFile(gguf(whole), (path) => {
    using weights = openGguf(path);
    for (const name of ["full", "half", "eight"]) {
      const [rows, width] = weights.shape(name) as [number, number];
      const [all, row] = [weights.read(name), weights.rows(name)];
      const joined = new Float32Array(all.length + 1);
      for (let i = 0; i < rows; i++) row(i, joined, 1 + i * width);
      assertEquals(joined.subarray(1), all, name);
      assertEquals(joined[0], 0);
    }
  });
});

Deno.test("a row that a matrix has not is refused, and no other is left in its place", async () => {
  await withFile(gguf(whole), (path) => {
    using weights = openGguf(path);
    for (const row of [2, -1, NaN]) {
      assertThrows(() => weights.rows("half")(row, new Float32Array(2), 0), RangeError, "one of its 2");
    }
  });
});

Deno.test("a tensor that is there twice is refused", async () => {
  await refused({ tensors: [f16, f16] }, "each tensor must be there once: half is not");
});

Deno.test("metadata of all thirteen types is read, and version 2 as well as 3", async () => {
  const values = {
    u8: [255, 255],
    i8: [-128, -128],
    u16: [65535, 65535],
    i16: [-32768, -32768],
    u32: [4294967295, 4294967295],
    i32: [-2147483648, -2147483648],
    f32: [0.5, 0.5],
    bool: [true, true],
    string: ["a\u0000é🙂", "a\u0000é🙂"],
    u64: [2n ** 40n, 2 ** 40],
    i64: [-(2n ** 40n), -(2 ** 40)],
    f64: [Math.PI, Math.PI],
  } as const;
  const metadata = Object.fromEntries(
    Object.entries(values).map((
      [type, [value]],
    ) => [`key.${type}`, { type: type as keyof typeof TYPE, value }]),
  );
  const list = { type: "array", of: "string", value: ["", "b"] } as const;
  for (const version of [2, 3]) {
    await withFile(gguf({ version, metadata: { ...metadata, list } }), (path) => {
      using weights = openGguf(path);
      for (const [type, [, read]] of Object.entries(values)) {
        assertEquals(weights.metadata.get(`key.${type}`), read as unknown);
      }
      assertEquals(weights.metadata.get("list"), ["", "b"]);
    });
  }
});

Deno.test("lists too long to be read at once are read whole each time they are asked for, and not past the file's end", async () => {
  const long = Array.from({ length: 3000 }, (_, i) => i % 100);
  const lists = {
    strings: { type: "array", of: "string", value: long.map((i) => "é".repeat(i)) },
    bytes: { type: "array", of: "u8", value: long },
    wide: { type: "array", of: "f64", value: long },
  } as const;
  const after = { "last.key": { type: "u32", value: 7 } } as const;
  const bytes = gguf({ metadata: { ...lists, ...after } });
  await withFile(bytes, (path) => {
    using weights = openGguf(path);
    for (const name of ["wide", "strings", "bytes", "strings"] as const) {
      assertEquals(weights.metadata.get(name), [...lists[name].value]);
    }
    assertEquals(weights.metadata.get("last.key"), 7);
  });
  for (const end of [0.1, 0.5, 0.9]) {
    await refused(bytes.subarray(0, Math.floor(bytes.length * end)), "must hold a whole header");
  }
});

Deno.test("a file cut anywhere is one clear sentence", async () => {
  const bytes = gguf(whole);
  for (let length = 0; length < bytes.length; length += 7) {
    await withFile(bytes.subarray(0, length), (path) => {
      const error = assertThrows(() => openGguf(path)[Symbol.dispose](), UserError);
      assertStringIncludes(error.message, "Cannot read");
    });
  }
  await refused(bytes.subarray(0, bytes.length - 1), "must hold all of tensor four");
});

Deno.test("what is not GGUF, and versions that are not known, are refused", async () => {
  await refused({ ...whole, magic: "GGML" }, `its first bytes are not "GGUF"`);
  await refused({ ...whole, version: 1 }, "found 1");
  await refused({ ...whole, version: 4 }, "found 4");
  await refused(new TextEncoder().encode("<!doctype html><title>Sign in</title>"), "must be a GGUF file");
  assertThrows(() => openGguf("/nowhere/at/all.gguf"), UserError, "must be a readable file");
});

Deno.test("an unknown tensor type is named", async () => {
  await refused({ tensors: [{ ...f16, type: 99 }] }, "found type 99");
});

Deno.test("an unknown type of metadata is named", async () => {
  const bytes = new Bytes().raw(new TextEncoder().encode("GGUF")).number("u32", 3).number("u64", 0)
    .number("u64", 1).string("odd").number("u32", 13).number("u64", 0).done();
  await refused(bytes, "found type 13");
});

Deno.test("a tensor that is not there is named", async () => {
  await withFile(gguf(whole), (path) => {
    using weights = openGguf(path);
    assertThrows(() => weights.read("blk.0.attn_q.weight"), UserError, "blk.0.attn_q.weight");
  });
});

const huge = [2n ** 32n - 1n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n];

Deno.test("absurd counts in a header are refused without reading or holding that much", async () => {
  for (const count of huge) {
    await refused({ ...whole, claims: { keys: count } }, "Cannot read");
    await refused({ ...whole, claims: { tensors: count } }, "Cannot read");
    const array = (type: number) =>
      new Bytes().number("u32", type).number("u64", count).raw([0, 0, 0, 0]).done();
    for (const type of [0, 8, 9, 10]) {
      await refused({ metadata: { list: { type: "array", value: array(type) } } }, "Cannot read");
    }
    const long = new Bytes().raw(new TextEncoder().encode("GGUF")).number("u32", 3).number("u64", 0)
      .number("u64", 1).number("u64", count).raw([65, 65, 65]).done();
    await refused(long, "Cannot read");
  }
});

Deno.test("absurd shapes and places of tensors are refused", async () => {
  for (const size of huge) {
    const bytes = new Bytes().raw(new TextEncoder().encode("GGUF")).number("u32", 3).number("u64", 1)
      .number("u64", 0).string("big");
    const shaped = (dims: readonly bigint[], offset: bigint) => {
      const head = new Bytes().raw(bytes.done()).number("u32", dims.length);
      for (const dim of dims) head.number("u64", dim);
      return head.number("u32", 0).number("u64", offset).pad(32).raw(new Uint8Array(64)).done();
    };
    await refused(shaped([size], 0n), "must hold all of tensor big");
    await refused(shaped([size, size, size], 0n), "must hold all of tensor big");
    await refused(shaped([4n], size), "must hold all of tensor big");
    await refused(
      new Bytes().raw(bytes.done()).number("u32", Number(size & 0xffffffffn) || 2 ** 31).done(),
      "Cannot read",
    );
  }
});

Deno.test("lists nested without end are refused", async () => {
  const nested = new Bytes();
  for (let i = 0; i < 100_000; i++) nested.number("u32", TYPE.array).number("u64", 1);
  await refused({ metadata: { list: { type: "array", value: nested.done() } } }, "Cannot read");
});

Deno.test("an alignment that is no multiple of 8 is refused", async () => {
  for (const value of [0, 4, 12]) {
    await refused(
      { metadata: { "general.alignment": { type: "u32", value } }, tensors: [f16] },
      "Cannot read",
    );
  }
  await refused({ metadata: { "general.alignment": { type: "string", value: "x" } } }, "Cannot read");
});

Deno.test("rows that end within a block are refused", async () => {
  await refused({ tensors: [{ ...q41, shape: [2, 16] }] }, "Cannot read");
});

Deno.test("random damage to a file is read or refused, never anything else", async () => {
  const bytes = gguf(whole);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
      async (changes) => {
        const damaged = bytes.slice();
        for (const [at, byte] of changes) damaged[at] = byte;
        await withFile(damaged, (path) => {
          try {
            using weights = openGguf(path);
            for (const name of weights.names()) weights.read(name);
          } catch (error) {
            assert(error instanceof UserError, String(error));
          }
        });
      },
    ),
    { numRuns: 150, seed: 3 },
  );
});

/** Resident memory of this process, after what is free has been given back to the system where the C library can. */
interface Libc {
  malloc_trim(pad: number | bigint): number;
}

const libc: Libc | undefined = (() => {
  if (Deno.build.os !== "linux") return undefined;
  try {
    return Deno.dlopen("libc.so.6", { malloc_trim: { parameters: ["usize"], result: "i32" } })
      .symbols as Libc;
  } catch {
    return undefined;
  }
})();

/** Bytes. Without the trim (another C library, no leave for FFI) freed memory may still count. */
export function resident(): number {
  libc?.malloc_trim(0);
  return Deno.memoryUsage().rss;
}

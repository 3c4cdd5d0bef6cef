/** Offloading to a disk that fails: one that is full, or one whose pages come back with a bit turned over. */
import { open as offload } from "../../../techniques/caches/kv_offload.ts";
import type { TierFile } from "../../../techniques/caches/file_tier.ts";

type Params = Parameters<typeof offload>[0] & { readonly fault: "full" | "damaged" };

export function open({ fault, ...params }: Params, live: Parameters<typeof offload>[1]) {
  return offload(params, live, () => faulty(fault));
}

function faulty(fault: Params["fault"]): TierFile {
  const path = Deno.makeTempFileSync();
  const file = Deno.openSync(path, { read: true, write: true });
  Deno.removeSync(path);
  return {
    seekSync: (offset, whence) => file.seekSync(offset, whence),
    readSync(into) {
      const count = file.readSync(into);
      if (fault === "damaged" && count !== null) into[count - 1]! ^= 1;
      return count;
    },
    writeSync(bytes) {
      if (fault === "full") throw new Deno.errors.WriteZero("no space left on device");
      return file.writeSync(bytes);
    },
    close: () => file.close(),
  };
}

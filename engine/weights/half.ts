/** Every 16-bit float as a 32-bit one. */
const HALF = (() => {
  const table = new Float32Array(65536);
  const view = new DataView(new ArrayBuffer(2));
  for (let bits = 0; bits < 65536; bits++) {
    view.setUint16(0, bits);
    table[bits] = view.getFloat16(0);
  }
  return table;
})();

/** The 16-bit float at `at`, little endian. */
export const half = (bytes: Uint8Array, at: number): number => HALF[bytes[at]! | (bytes[at + 1]! << 8)]!;

/** What the machine shows beside the clock that times: the wall's clock, and processor time that the host took away. */
import { type Clock, type Milliseconds, systemClock } from "../engine/mod.ts";
import type { Meanwhile } from "./outcome.ts";

/** Processor time so far, in ticks, of which the host gave `stolen` to others. */
export interface Ticks {
  readonly stolen: number;
  readonly total: number;
}

export interface Machine {
  /** The wall's clock, which can be set and goes on while a machine is suspended. */
  wall(): Milliseconds;
  /** Absent where the system does not tell. */
  ticks(): Ticks | undefined;
}

/** The machine that runs this process where the system's clock times; for another clock, one that goes along with it. */
export function machineOf(clock: Clock): Machine {
  return clock === systemClock
    ? { wall: Date.now, ticks: readTicks }
    : { wall: () => clock.now(), ticks: () => undefined };
}

/** Starts to watch; the function that is returned tells what befell the machine since. */
export function watch(machine: Machine, clock: Clock): () => Meanwhile {
  const [from, ticks] = [apart(machine, clock), machine.ticks()];
  return () => {
    const jump = apart(machine, clock) - from;
    const now = machine.ticks();
    if (ticks === undefined || now === undefined || now.total <= ticks.total) return { jump };
    return { jump, stolen: (now.stolen - ticks.stolen) / (now.total - ticks.total) };
  };
}

/** How far the wall's clock is ahead: the narrowest of a few readings, as this thread may be put aside between two. */
function apart(machine: Machine, clock: Clock): Milliseconds {
  const readings = Array.from({ length: 5 }, () => {
    const before = clock.now();
    const wall = machine.wall();
    const after = clock.now();
    return { width: after - before, ahead: wall - (before + after) / 2 };
  });
  return readings.reduce((a, b) => (b.width < a.width ? b : a)).ahead;
}

interface Libc {
  open(path: BufferSource, flags: number): number;
  read(file: number, into: BufferSource, size: bigint): number | bigint;
  close(file: number): number;
}

/** Deno gives /proc/stat only to programs that may do everything; the C library, to those that may call it. */
let libc: Libc | undefined | "not asked" = "not asked";

function openLibc(): Libc | undefined {
  if (Deno.build.os !== "linux") return undefined;
  try {
    return Deno.dlopen("libc.so.6", {
      open: { parameters: ["buffer", "i32"], result: "i32" },
      read: { parameters: ["i32", "buffer", "usize"], result: "isize" },
      close: { parameters: ["i32"], result: "i32" },
    }).symbols as Libc;
  } catch {
    return undefined;
  }
}

function readTicks(): Ticks | undefined {
  if (libc === "not asked") libc = openLibc();
  if (libc === undefined) return undefined;
  const file = libc.open(new TextEncoder().encode("/proc/stat\0"), 0);
  if (file < 0) return undefined;
  const bytes = new Uint8Array(512);
  const size = Number(libc.read(file, bytes, 512n));
  libc.close(file);
  return ticksOf(new TextDecoder().decode(bytes.subarray(0, Math.max(0, size))));
}

/** The first line of /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal; what follows is counted in these. */
export function ticksOf(stat: string): Ticks | undefined {
  const fields = stat.split("\n")[0]!.match(/^cpu\s+((?:\d+\s*){8,})$/)?.[1]?.trim().split(/\s+/).slice(0, 8)
    .map(Number);
  return fields && { stolen: fields[7]!, total: fields.reduce((sum, value) => sum + value, 0) };
}

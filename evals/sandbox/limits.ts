/** What a program may take. */
export interface Limits {
  /** Of processor time: a busy machine changes no verdict. */
  readonly seconds: number;
  /** Resident, its process included. */
  readonly mebibytes: number;
}

export const LIMITS: Limits = { seconds: 10, mebibytes: 1024 };

/** How many times its processor time a program may take on the clock. */
export const PATIENCE = 12;

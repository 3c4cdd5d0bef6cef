/** The centre: what is asked, how it is judged, and what may then be timed. */
export * from "./eval.ts";
export * from "./outcome.ts";

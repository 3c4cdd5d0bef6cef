/** A decoder without its live half. */
export const name = "missing_decoder";

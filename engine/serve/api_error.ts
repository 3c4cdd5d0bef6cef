/** What is wrong with a request, in the shape and with the status that OpenAI's clients know. */
export interface ErrorDetails {
  /** The field of the body that is wrong. */
  readonly param?: string;
  /** e.g. "context_length_exceeded". */
  readonly code?: string;
  /** After how many seconds another try may succeed. */
  readonly retryAfter?: number;
}

export class ApiError extends Error {
  override name = "ApiError";
  constructor(readonly status: number, message: string, readonly details: ErrorDetails = {}) {
    super(message);
  }

  /** The body that tells it. */
  get body() {
    const { param = null, code = null } = this.details;
    return { error: { message: this.message, type: TYPES[this.status] ?? "server_error", param, code } };
  }
}

const TYPES: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  404: "not_found_error",
  405: "invalid_request_error",
  413: "invalid_request_error",
  429: "rate_limit_error",
  503: "service_unavailable_error",
  504: "timeout_error",
};

/** What a client is told of any error: of one that is nobody's mistake, that it happened and no more. */
export function apiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError(500, "Cannot answer as the engine must not fail: it did. The server's log says why.");
}

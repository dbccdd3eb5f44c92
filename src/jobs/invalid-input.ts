interface Wrong {
  /** The argument it is about: an example of it is shown. */
  argument?: string | undefined;
  /** Arguments that would be right, where it takes several of them. */
  example?: Readonly<Record<string, unknown>> | undefined;
  cause?: unknown;
}

/**
 * Something a caller wrote cannot be understood. `message` names what was written and what would be accepted.
 * It carries the same `code` and `retryable` as the client's errors, so that one boundary writes both.
 */
export class InvalidInputError extends Error {
  override readonly name = "InvalidInputError";
  readonly code = "invalid_argument";
  readonly retryable = false;
  readonly argument: string | undefined;
  readonly example: Wrong["example"];

  constructor(message: string, { argument, example, cause }: Wrong = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.argument = argument;
    this.example = example;
  }
}

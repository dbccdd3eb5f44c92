/**
 * Something a caller wrote cannot be understood. `message` names what was written and what would be accepted.
 * It carries the same `code` and `retryable` as the client's errors, so that one boundary writes both.
 */
export class InvalidInputError extends Error {
  override readonly name = "InvalidInputError";
  readonly code = "invalid_argument";
  readonly retryable = false;
}

/** The protocol's own codes. */
export const INVALID_PARAMS = -32602;
export const INTERNAL_ERROR = -32603;

/** What a request is answered with instead of a result. The SDK's own class would put its prefix into the text. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  readonly code: number;
  readonly data: unknown;

  constructor(code: number, message: string, { data, cause }: { data?: unknown; cause?: unknown } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.data = data;
  }
}

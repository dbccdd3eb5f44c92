/** A call that goes on from an answer. */
export interface NextCall {
  tool: string;
  arguments: Record<string, unknown>;
}

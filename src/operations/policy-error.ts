/**
 * Whoever runs this server, or the person in front of it, does not want it. Unlike other refusals it is not
 * about how the call was written: the message says what would be within bounds.
 */
export class PolicyError extends Error {
  override readonly name = "PolicyError";
  readonly code: "over_limit" | "not_owned" | "declined" | "plain_secret";

  constructor(code: PolicyError["code"], message: string) {
    super(message);
    this.code = code;
  }
}

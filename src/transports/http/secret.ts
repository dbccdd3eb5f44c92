import { createHash, timingSafeEqual } from "node:crypto";

/** A token that nobody sees who logs, inspects or serializes what holds it. */
export class Secret {
  readonly #text: string;
  readonly #digest: Buffer;

  constructor(text: string) {
    this.#text = text;
    this.#digest = createHash("sha256").update(text).digest();
  }

  /** Its SHA-256: stands for it as a key, and may be seen. */
  get id(): string {
    return this.#digest.toString("hex");
  }

  reveal(): string {
    return this.#text;
  }

  /** In constant time: what is compared are digests. */
  equals(other: Secret): boolean {
    return timingSafeEqual(this.#digest, other.#digest);
  }
}

/** What a header may carry behind `Bearer`. Source: RFC 6750, 2.1. */
export const BEARER_TOKEN = /^[\w.~+/-]+=*$/;

/** The bearer token of a request; undefined without an `Authorization`, `"unreadable"` where it holds something else. */
export function bearerOf({ headers }: Pick<Request, "headers">): Secret | "unreadable" | undefined {
  const header = headers.get("authorization")?.trim();
  if (header === undefined || header === "") return undefined;
  const [scheme = "", token = "", ...rest] = header.split(/ +/);
  const isBearer = scheme.toLowerCase() === "bearer" && rest.length === 0 && BEARER_TOKEN.test(token);
  return isBearer ? new Secret(token) : "unreadable";
}

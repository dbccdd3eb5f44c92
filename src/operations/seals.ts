import { createHmac, timingSafeEqual } from "node:crypto";

const MAC_BYTES = 16;
const HEAD_BYTES = MAC_BYTES + 4;
/** Quotes, blanks and line breaks that an agent put there; the decoder passes over them. */
const BETWEEN = /[^\w-]/g;

/** What was sealed, as it came back. */
interface Opened {
  body: Buffer;
  /** Tells this text from all others. */
  mark: string;
  endMs: number;
}

/** Why a text is refused; `unknown`: it was altered, or sealed for somebody else or with another key. */
export type Unfit = "unknown" | "expired";

/** Keys of the caller, one by purpose, alike at every server that is to take what another one gave. */
export type KeyFor = (purpose: string) => Uint8Array;
/** Keys that the caller had before: nothing more is sealed by them. */
type FormerKeysFor = (purpose: string) => readonly Uint8Array[];

/**
 * Texts that a tool gives to an agent and gets back: nobody else can use, alter or make them up. They are not
 * hidden, and nothing is kept of them.
 */
export class Seals {
  readonly #keyFor: KeyFor;
  readonly #formerKeysFor: FormerKeysFor;

  constructor(keyFor: KeyFor, formerKeysFor: FormerKeysFor = () => []) {
    this.#keyFor = keyFor;
    this.#formerKeysFor = formerKeysFor;
  }

  /** `body` as a text for one purpose that is good for `lifeMs`. */
  seal(purpose: string, body: Uint8Array, lifeMs: number): string {
    const end = Buffer.alloc(4);
    end.writeUInt32BE(Math.floor((Date.now() + lifeMs) / 1000));
    const sealed = Buffer.concat([end, body]);
    return Buffer.concat([macOf(this.#keyFor(purpose), sealed), sealed]).toString("base64url");
  }

  open(purpose: string, text: string): Opened | Unfit {
    const bytes = Buffer.from(text, "base64url");
    // The decoder ignores bits that are left over, so that another last character, or one more, would pass.
    if (bytes.length < HEAD_BYTES || bytes.toString("base64url") !== text.replace(BETWEEN, ""))
      return "unknown";
    const mac = bytes.subarray(0, MAC_BYTES);
    const keys = [this.#keyFor(purpose), ...this.#formerKeysFor(purpose)];
    const sealed = bytes.subarray(MAC_BYTES);
    if (!keys.some((key) => timingSafeEqual(mac, macOf(key, sealed)))) return "unknown";
    const endMs = bytes.readUInt32BE(MAC_BYTES) * 1000;
    if (endMs < Date.now()) return "expired";
    return { body: bytes.subarray(HEAD_BYTES), mark: mac.toString("hex"), endMs };
  }
}

function macOf(key: Uint8Array, sealed: Uint8Array): Buffer {
  return createHmac("sha256", key).update(sealed).digest().subarray(0, MAC_BYTES);
}

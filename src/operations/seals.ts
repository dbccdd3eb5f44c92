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

/**
 * Texts that a tool gives to an agent and gets back: nobody else can use, alter or make them up. They are not
 * hidden, and nothing is kept of them.
 */
export class Seals {
  readonly #keyFor: KeyFor;

  constructor(keyFor: KeyFor) {
    this.#keyFor = keyFor;
  }

  /** `body` as a text for one purpose that is good for `lifeMs`. */
  seal(purpose: string, body: Uint8Array, lifeMs: number): string {
    const end = Buffer.alloc(4);
    end.writeUInt32BE(Math.floor((Date.now() + lifeMs) / 1000));
    const sealed = Buffer.concat([end, body]);
    return Buffer.concat([this.#macOf(purpose, sealed), sealed]).toString("base64url");
  }

  open(purpose: string, text: string): Opened | Unfit {
    const bytes = Buffer.from(text, "base64url");
    // The decoder ignores bits that are left over, so that another last character, or one more, would pass.
    if (bytes.length < HEAD_BYTES || bytes.toString("base64url") !== text.replace(BETWEEN, ""))
      return "unknown";
    const mac = bytes.subarray(0, MAC_BYTES);
    if (!timingSafeEqual(mac, this.#macOf(purpose, bytes.subarray(MAC_BYTES)))) return "unknown";
    const endMs = bytes.readUInt32BE(MAC_BYTES) * 1000;
    if (endMs < Date.now()) return "expired";
    return { body: bytes.subarray(HEAD_BYTES), mark: mac.toString("hex"), endMs };
  }

  #macOf(purpose: string, sealed: Uint8Array): Buffer {
    const mac = createHmac("sha256", this.#keyFor(purpose)).update(sealed).digest();
    return mac.subarray(0, MAC_BYTES);
  }
}

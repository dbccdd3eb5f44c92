import { StringDecoder } from "node:string_decoder";
import { characterStart } from "../utf8.ts";

/** A stream's text: all of it, or its beginning and its end. */
export interface Capped {
  head: string;
  /** Empty unless something was left out. */
  tail: string;
  omittedBytes: number;
  /**
   * What came right after `head` and right before `tail`: 16 kB each or, where no more were left out, all of the
   * stream. To find secrets one has to know what a part is part of.
   */
  follow: string;
  lead: string;
  /** The first bytes as they came, up to half of the limit, and how many there were in all. */
  start: Uint8Array;
  totalBytes: number;
}

/** The longest private key takes no more. */
const AROUND_BYTES = 16_384;

/** Keeps the beginning and the end of a byte stream within a limit. */
export class HeadTail {
  readonly #half: number;
  #follow = Buffer.alloc(0);
  #lead = Buffer.alloc(0);
  readonly #head: Uint8Array[] = [];
  #headBytes = 0;
  #tail: Uint8Array[] = [];
  #tailBytes = 0;
  #omitted = 0;

  constructor(maxBytes: number) {
    this.#half = Math.max(1, Math.ceil(maxBytes / 2));
  }

  push(data: Uint8Array): void {
    const room = this.#half - this.#headBytes;
    if (room > 0) {
      const piece = data.subarray(0, room);
      this.#head.push(piece);
      this.#headBytes += piece.length;
    }
    const rest = data.subarray(Math.max(0, room));
    if (rest.length === 0) return;
    this.#tail.push(rest);
    this.#tailBytes += rest.length;
    if (this.#tailBytes > this.#half * 4) this.#compact();
  }

  text(): Capped {
    this.#compact();
    const head = Buffer.concat(this.#head);
    const tail = Buffer.concat(this.#tail);
    const totalBytes = head.length + this.#omitted + tail.length;
    const raw = { start: head, totalBytes };
    if (this.#omitted === 0)
      return {
        head: Buffer.concat([head, tail]).toString("utf8"),
        tail: "",
        omittedBytes: 0,
        follow: "",
        lead: "",
        ...raw,
      };
    // The decoder keeps back a character that was cut at the end.
    const decoder = new StringDecoder("utf8");
    const headText = decoder.write(head);
    const tailStart = characterStart(tail, 0);
    const cut = head.length - Buffer.byteLength(headText) + tailStart;
    const isAllKept = this.#omitted <= AROUND_BYTES;
    const lead = isAllKept ? Buffer.concat([head, this.#lead]) : this.#lead;
    return {
      head: headText,
      tail: tail.toString("utf8", tailStart),
      omittedBytes: this.#omitted + Math.max(0, cut),
      follow: decoder.write(isAllKept ? Buffer.concat([this.#follow, tail]) : this.#follow),
      lead: lead.toString("utf8", characterStart(lead, 0)),
      ...raw,
    };
  }

  #compact(): void {
    if (this.#tailBytes <= this.#half) return;
    const all = Buffer.concat(this.#tail);
    const kept = Buffer.from(all.subarray(all.length - this.#half));
    this.#omitted += all.length - kept.length;
    const omitted = all.subarray(0, all.length - this.#half);
    const room = AROUND_BYTES - this.#follow.length;
    if (room > 0) this.#follow = Buffer.concat([this.#follow, omitted.subarray(0, room)]);
    this.#lead = Buffer.from(Buffer.concat([this.#lead, omitted]).subarray(-AROUND_BYTES));
    this.#tail = [kept];
    this.#tailBytes = kept.length;
  }
}

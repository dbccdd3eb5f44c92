import { EventEmitter, once } from "node:events";
import type { IncomingMessage } from "node:http";
import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import type { WebSocket } from "ws";
import { bothParts, PIECE_BYTES, type Printout, printout, sendIn } from "./log-script.ts";

/** What becomes of a running job. */
type Event =
  /** So many whole lines, and so much of the next one. */
  | { prints: number; begins: number }
  /** All whole lines but the newest go to the archive. */
  | { keepsLive: number }
  /** In another container: only the archive has what the last one printed. */
  | "restarts";

export interface LiveScript extends Printout {
  /** After the last one the job prints what is left, and ends. */
  events: Event[];
  /** How many of them happen while each connection is open, and after each page that is read. */
  whileRead: number[];
  afterPages: number[];
  /** Its container goes when the job ends, so that its log is in the archive alone. */
  isRemoved: boolean;
  /** When the job was created as the platform's clock says, compared with the node's, which stamps the lines. */
  createdMs: number;
}

const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ prints: fc.nat({ max: 6 }), begins: fc.double({ min: 0, max: 1, noNaN: true }) }),
  },
  { weight: 2, arbitrary: fc.record({ keepsLive: fc.nat({ max: 4 }) }) },
  { weight: 1, arbitrary: fc.constant("restarts" as const) },
);

export const liveScript: fc.Arbitrary<LiveScript> = fc
  .tuple(
    printout,
    fc.record({
      events: fc.array(event, { minLength: 1, maxLength: 16, size: "max" }),
      whileRead: fc.array(fc.nat({ max: 2 }), { minLength: 1, maxLength: 5 }),
      afterPages: fc.array(fc.nat({ max: 2 }), { minLength: 1, maxLength: 5 }),
      isRemoved: fc.boolean(),
      createdMs: fc.constantFrom(-3_600_000, -1000, 0, 700, 5000),
    }),
  )
  .map(([printed, rest]) => ({ ...printed, ...rest }));

/** A running job's log, as the platform plays it to any number of connections. */
export class LiveLog {
  isOver = false;
  /** Goes on whenever a connection has sent all that there is: the reader waits for more. */
  isFollowed = false;
  readonly #script: LiveScript;
  readonly #changes = new EventEmitter().setMaxListeners(0);
  #happened = 0;
  #connections = 0;
  #pages = 0;
  #whole = 0;
  #begunBytes = 0;
  #archived = 0;

  constructor(script: LiveScript) {
    this.#script = script;
  }

  /** Lets the next thing happen. */
  next(): void {
    const next = this.#script.events[this.#happened];
    this.#happened += 1;
    if (next === undefined) this.#end();
    else if (next === "restarts") this.#restart();
    else if ("prints" in next) this.#print(next);
    else this.#archived = Math.max(this.#archived, this.#whole - next.keepsLive);
    this.#changes.emit("change");
  }

  /** Whoever has read everything waits for something to happen. */
  pageWasRead({ more }: { more: boolean }): void {
    const { afterPages } = this.#script;
    const events = Math.max(afterPages[this.#pages % afterPages.length] ?? 0, more ? 0 : 1);
    this.#pages += 1;
    for (let done = 0; done < events; done += 1) this.next();
  }

  readonly play = async (socket: WebSocket, { url = "" }: IncomingMessage): Promise<void> => {
    const { drops, frames, whileRead } = this.#script;
    const drop = drops[this.#connections] ?? Number.POSITIVE_INFINITY;
    let events = whileRead[this.#connections % whileRead.length] ?? 0;
    this.#connections += 1;
    const query = new URL(url, "http://x").searchParams;
    const archived = this.#archived;
    const gone = once(socket, "close").catch(() => undefined);
    for (let sent = 0; socket.readyState === socket.OPEN; ) {
      const all = this.#bytes(query, archived).subarray(0, drop);
      await sendIn(frames, socket, all.subarray(sent));
      sent = all.length;
      if (sent === drop) return socket.terminate();
      if (this.isOver) return socket.close(1000);
      events -= 1;
      if (events < 0 && !this.isFollowed) await Promise.race([once(this.#changes, "change"), gone]);
      else await turn().then(() => this.next());
    }
  };

  #bytes(query: URLSearchParams, archived: number): Buffer {
    const { lines, pieceGapUs, isUnfinished } = this.#script;
    const begun = lines.slice(this.#whole, this.#whole + 1).flatMap(({ atUs, bytes }) => {
      const part = bytes.subarray(0, this.#begunBytes);
      return part.length === 0 ? [] : { atUs, bytes: part };
    });
    const live = [...lines.slice(archived, this.#whole), ...begun];
    const isOpen = begun.length > 0 || (this.isOver && isUnfinished);
    return bothParts({ old: lines.slice(0, archived), live, pieceGapUs, isUnfinished: isOpen }, query);
  }

  #print({ prints, begins }: { prints: number; begins: number }): void {
    const { lines, isUnfinished } = this.#script;
    const before = this.#whole;
    this.#whole = Math.min(isUnfinished ? lines.length - 1 : lines.length, before + prints);
    const isMore = this.#whole > before;
    const next = lines[this.#whole]?.bytes.length ?? 0;
    const bytes = Math.floor(begins * next);
    // A full piece of a line has a newline behind it.
    const begun = bytes % PIECE_BYTES === 0 ? Math.max(0, bytes - 1) : bytes;
    this.#begunBytes = isMore ? begun : Math.max(this.#begunBytes, begun);
  }

  #restart(): void {
    if (this.#begunBytes > 0) this.#print({ prints: 1, begins: 0 });
    this.#archived = this.#whole;
  }

  #end(): void {
    this.#whole = this.#script.lines.length;
    this.#begunBytes = 0;
    if (this.#script.isRemoved) this.#archived = this.#whole;
    this.isOver = true;
  }
}

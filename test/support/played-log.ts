import type { Connection } from "../../src/client/connection.ts";
import type { Frame, Socket, SocketCall } from "../../src/client/socket/index.ts";
import { stamp } from "./log-stub.ts";

/** What comes over one connection to a log, and when, in milliseconds of a fake clock since its beginning. */
export interface Play {
  /** How long the log takes to open. */
  openMs?: number;
  /** Text; in it `SEPARATOR` stands for the one that was asked for. */
  frames?: [atMs: number, data: string | Buffer][];
  closesAtMs?: number;
  fails?: { atMs: number; error: Error };
  /** How long a ping takes; never answered by default. */
  pongMs?: number;
}

/** A log that plays one connection after the other, and what was done with them. */
export interface PlayedLog {
  at: Connection;
  opened: SocketCall[];
  /** The queries of what was opened. */
  asked: URLSearchParams[];
  done: string[];
}

export function playedLog(plays: Play[], { clockAheadMs = 0 } = {}): PlayedLog {
  const log = { opened: [] as SocketCall[], asked: [] as URLSearchParams[], done: [] as string[] };
  const open = async (target: SocketCall) => {
    log.opened.push(target);
    const query = new URL(target.url).searchParams;
    const play = plays[log.asked.push(query) - 1];
    if (play === undefined) throw new Error("opened too often");
    if (play.openMs !== undefined) await after(play.openMs);
    return new PlayedSocket(play, { done: log.done, separator: query.get("separator") ?? "" });
  };
  // All that reading a log needs of a connection.
  const at = {
    clock: { nowMs: () => Date.now() + clockAheadMs },
    directory: { place: async () => ({}), cluster: async () => ({ monitoringUrl: "http://logs" }) },
    sockets: { open },
  } as unknown as Connection;
  return { at, ...log };
}

const after = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const never = () => new Promise<never>(() => {});

class PlayedSocket implements Socket {
  readonly #play: Play;
  readonly #frames: [number, string | Buffer][];
  readonly #times: number[];
  readonly #done: string[];
  readonly #separator: string;

  constructor(play: Play, { done, separator }: { done: string[]; separator: string }) {
    this.#play = play;
    this.#frames = [...(play.frames ?? [])];
    this.#times = this.#frames.map(([atMs]) => atMs);
    this.#done = done;
    this.#separator = separator;
  }

  async next(): Promise<Frame | undefined> {
    const frame = this.#frames.shift();
    if (frame === undefined) return this.#end();
    const [atMs, data] = frame;
    await until(atMs);
    const bytes = typeof data === "string" ? Buffer.from(data.replace("SEPARATOR", this.#separator)) : data;
    return { data: bytes, isBinary: true };
  }

  async #end(): Promise<undefined> {
    const { closesAtMs, fails } = this.#play;
    if (fails === undefined && closesAtMs === undefined) return never();
    await until(fails?.atMs ?? closesAtMs ?? 0);
    if (fails !== undefined) throw fails.error;
  }

  async ping(): Promise<number> {
    this.#done.push(`ping at ${performance.now()}`);
    const { pongMs } = this.#play;
    await (pongMs === undefined ? never() : after(pongMs));
    return this.#times.filter((atMs) => atMs <= performance.now()).length;
  }

  send = async () => {};
  close = () => void this.#done.push("close");
  drop = () => void this.#done.push("drop");
}

async function until(atMs: number): Promise<void> {
  if (atMs > performance.now()) await after(atMs - performance.now());
}

export const NOW = "2026-08-01T12:00:00.000Z";

/** A line as the archive and as the live part has it; by default a minute old. */
export const archived = (text: string, ms = -60_000) => `${stamp(Date.parse(NOW) + ms, 6)} ${text}\n`;
export const live = (text: string, ms = -60_000) => `${stamp(Date.parse(NOW) + ms, 9)} ${text}\n`;

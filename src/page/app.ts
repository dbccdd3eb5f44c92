import type { Answer, Host, Tools } from "./host/host.ts";
import { messageOf } from "./words.ts";

/** Where the page is. */
export interface Place {
  view: "jobs" | "job" | "presets" | "report" | "compare" | "server" | "start";
  /** Of a job's page: its id. */
  id?: string;
  /** What a view was asked for, as arguments of its tool. */
  args?: Record<string, unknown>;
  /** What it shows at first. */
  answer?: Answer | undefined;
}

/** What a view sees of the page. */
export interface App {
  host: Host;
  tools: Tools;
  go(place: Place): void;
  /** Says something that passes, to eyes and to screen readers. */
  say(text: string): void;
  /** Says that something does not work, until it does. */
  trouble(text: string | undefined): void;
}

export interface View {
  title: string;
  element: HTMLElement;
  close?(): void;
}

const FIRST_RETRY_MS = 1000;
const SLOWEST_MS = 30_000;

/**
 * Does something now and again after each `ms`, while the page is seen. What fails is told, tried again ever later,
 * and forgotten once it works.
 */
export function repeat(app: App, ms: number, act: () => Promise<void>): { now(): void; close(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;
  let failures = 0;
  let turn = 0;
  const run = async () => {
    if (isOver) return;
    clearTimeout(timer);
    const mine = ++turn;
    if (!document.hidden) await act().then(worked, failed);
    const retryMs = Math.min(SLOWEST_MS, FIRST_RETRY_MS * 2 ** (failures - 1));
    if (!isOver && mine === turn) timer = setTimeout(run, failures === 0 ? ms : retryMs);
  };
  const worked = () => {
    if (failures > 0) app.trouble(undefined);
    failures = 0;
  };
  const failed = (error: unknown) => {
    failures += 1;
    if (!isOver) app.trouble(messageOf(error));
  };
  const seen = () => {
    if (!document.hidden) void run();
  };
  document.addEventListener("visibilitychange", seen);
  void run();
  return {
    now: () => void run(),
    close() {
      isOver = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
    },
  };
}

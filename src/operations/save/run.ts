import type { SaveStep } from "../../client/index.ts";
import { pauseFor } from "../patience.ts";

/** A save on its way: it outlives the call that began it, up to the end of the session. */
export interface SaveRun {
  /** What the platform said last. */
  step: string;
  pushedBytes: number;
  totalBytes: number;
  isOver: boolean;
  /** The saved image, once it is over and well. */
  image?: string;
  error?: unknown;
  /** Ends the save; for the end of the session only, since others may wait for it. */
  stop(): void;
  /** Resolves at the end of the save, or after `ms`. */
  changed(ms: number, signal: AbortSignal): Promise<void>;
  over: Promise<void>;
}

/** Follows the steps of a save, whether or not somebody waits for it: no caller's signal ends it. */
export function startSave(begin: (signal: AbortSignal) => AsyncIterable<SaveStep>): SaveRun {
  const stopping = new AbortController();
  const layers = new Map<string, { current: number; total: number }>();
  const run: Omit<SaveRun, "over"> = {
    step: "starting",
    pushedBytes: 0,
    totalBytes: 0,
    isOver: false,
    stop: () => stopping.abort(),
    changed: (ms, signal) => Promise.race([over, pauseFor(ms, signal)]),
  };
  const over = follow();
  return Object.assign(run, { over });

  async function follow(): Promise<void> {
    try {
      for await (const step of begin(stopping.signal)) take(step);
    } catch (error) {
      run.error = error;
    }
    run.isOver = true;
  }

  function take({ kind, status, layer, currentBytes, totalBytes, image }: SaveStep): void {
    run.step = kind === "progress" ? status : kind.replaceAll("-", " ");
    if (image !== undefined) run.image = image;
    if (layer === undefined || totalBytes === undefined) return;
    const before = layers.get(layer) ?? { current: 0, total: 0 };
    const now = { current: currentBytes ?? 0, total: totalBytes };
    layers.set(layer, now);
    run.pushedBytes += now.current - before.current;
    run.totalBytes += now.total - before.total;
  }
}

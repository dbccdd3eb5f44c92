import type { Terminal } from "./terminal.ts";

const TICK_MS = 1000;
const CLEARED = "\r\x1b[K";
/** A narrower screen has no room for a bar beside the words. */
const BAR_FROM_COLUMNS = 60;
const BAR = 20;

/** One line that tells how long a call has taken and how far it is; nothing where nobody watches. */
export function showProgress({ err, columns = 0 }: Terminal, what: string) {
  const begunMs = performance.now();
  let message = "";
  let share: number | undefined;
  let isShown = false;
  let isPaused = false;
  const show = () => {
    if (isPaused || columns === 0) return;
    const seconds = Math.round((performance.now() - begunMs) / 1000);
    const line = [`${what}, ${seconds} s`, message.replaceAll("\n", " ")].filter((part) => part !== "");
    const drawn = columns < BAR_FROM_COLUMNS ? "" : barOf(share);
    err.write(`${CLEARED}${`${drawn}${line.join(": ")}`.slice(0, columns - 1)}`);
    isShown = true;
  };
  const timer = setInterval(show, TICK_MS);
  timer.unref();
  const clear = () => {
    if (isShown) err.write(CLEARED);
    isShown = false;
  };
  return {
    report(text: string, done?: number) {
      message = text;
      share = done;
      show();
    },
    /** Leaves the line to a question. */
    async pause<T>(meanwhile: () => Promise<T>): Promise<T> {
      clear();
      isPaused = true;
      return meanwhile().finally(() => (isPaused = false));
    },
    stop() {
      clearInterval(timer);
      clear();
    },
  };
}

function barOf(share: number | undefined): string {
  if (share === undefined || Number.isNaN(share)) return "";
  const full = Math.round(Math.min(1, Math.max(0, share)) * BAR);
  return `[${"=".repeat(full).padEnd(BAR)}] `;
}

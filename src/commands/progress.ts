import type { Terminal } from "./terminal.ts";

const TICK_MS = 1000;
const CLEARED = "\r\x1b[K";

/** One line that tells how long a call has taken and how far it is; nothing where nobody watches. */
export function showProgress({ err, columns = 0 }: Terminal, what: string) {
  const begunMs = performance.now();
  let message = "";
  let isShown = false;
  let isPaused = false;
  const show = () => {
    if (isPaused || columns === 0) return;
    const seconds = Math.round((performance.now() - begunMs) / 1000);
    const line = [`${what}, ${seconds} s`, message.replaceAll("\n", " ")].filter((part) => part !== "");
    err.write(`${CLEARED}${line.join(": ").slice(0, columns - 1)}`);
    isShown = true;
  };
  const timer = setInterval(show, TICK_MS);
  timer.unref();
  const clear = () => {
    if (isShown) err.write(CLEARED);
    isShown = false;
  };
  return {
    report(text: string) {
      message = text;
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

/** What may have been read before its garbage is collected. */
const SWEEP_BYTES = 2 * 1024 * 1024;

/**
 * Lets go of the buffers of what was read: each reading of a socket has a new one, outside of the heap, so that V8
 * sees little to collect until 32 MiB of them are garbage. Collecting what is young takes less than a millisecond.
 */
export class Sweep {
  #bytes = 0;
  #collect: (() => void) | undefined;

  read(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes < SWEEP_BYTES) return;
    this.#bytes = 0;
    this.#collect ??= collector();
    this.#collect();
  }
}

/** What `--expose-gc` gives, for nobody else. */
function collector(): () => void {
  // A start need not load what most sessions never come to.
  const { setFlagsFromString } = process.getBuiltinModule("node:v8");
  const { runInNewContext } = process.getBuiltinModule("node:vm");
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("globalThis.gc");
  setFlagsFromString("--no-expose-gc");
  // Without one memory grows a little more.
  if (typeof collect !== "function") return () => undefined;
  return () => void Reflect.apply(collect, undefined, [{ type: "minor" }]);
}

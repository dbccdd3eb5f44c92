import { AsyncLocalStorage } from "node:async_hooks";

/** The trace that work belongs to. */
export interface Trace {
  id: string;
  headers: Readonly<Record<string, string>>;
}

/** Costs nothing until the first call that comes with a trace. */
export const currentTrace = new AsyncLocalStorage<Trace>();

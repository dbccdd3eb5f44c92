import type { ObservedRequest, RequestUnderWay } from "../client/index.ts";
import type { CallUnderWay, ObservedCall, Observer } from "../operations/observer.ts";

/** One that is told what it asks for. */
export interface Reader {
  call?(call: ObservedCall): Partial<CallUnderWay>;
  request?(request: ObservedRequest): Partial<RequestUnderWay>;
  socket?(change: 1 | -1): void;
}

/** Tells all of them. */
export function observerOf(readers: readonly Reader[]): Observer {
  return {
    call(call) {
      const told = readers.flatMap((reader) => reader.call?.(call) ?? []);
      return {
        run: (work) =>
          told.reduce((inner, { run }) => (run === undefined ? inner : () => run(inner)), work)(),
        ended(end) {
          for (const each of told) each.ended?.(end);
        },
      };
    },
    request(request) {
      const told = readers.flatMap((reader) => reader.request?.(request) ?? []);
      return {
        headers: Object.assign({}, ...told.map(({ headers }) => headers)),
        ended(end) {
          for (const each of told) each.ended?.(end);
        },
      };
    },
    socket(change) {
      for (const reader of readers) reader.socket?.(change);
    },
  };
}

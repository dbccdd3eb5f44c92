import type { ChangedJob } from "../operations/observer.ts";
import type { Connection, Request } from "./connection.ts";
import { errorCode } from "./errors.ts";

/** What one request came to; whoever answers it writes here what its answer does not tell. */
export interface Told {
  outcome: string;
  changed: ChangedJob[];
}

interface Observed {
  method: string;
  /** The tool or prompt, if there is one of that name: what nobody offers may have any name. */
  target?: string | undefined;
  request: Request;
}

/** Tells the observer, if there is one, of a request from its beginning to its end. */
export async function observed<T>(
  { method, target, request }: Observed,
  { caller: { observer, platform }, scrub }: Connection,
  answer: (told: Told) => Promise<T>,
): Promise<T> {
  const told: Told = { outcome: "ok", changed: [] };
  if (observer === undefined) return answer(told);
  const { client, _meta: meta } = request;
  const underWay = observer.call({ method, target, user: platform.user(), client, meta });
  try {
    return await underWay.run(() => answer(told));
  } catch (error) {
    told.outcome = request.signal.aborted ? "cancelled" : errorCode(error);
    throw error;
  } finally {
    underWay.ended({ outcome: told.outcome, changed: told.changed.map((job) => shown(job, scrub)) });
  }
}

function shown({ id, name }: ChangedJob, scrub: Connection["scrub"]): ChangedJob {
  return { ...(id === undefined ? {} : { id }), ...(name === undefined ? {} : { name: scrub(name) }) };
}

import { failureOf, observedRequest, type PlatformObserver, type RequestUnderWay } from "../observer.ts";
import type { Exchange } from "./exchange.ts";

/** The same exchange, told to an observer: each request until its answer is read to the end. */
export function observed(exchange: Exchange, observer: PlatformObserver): Exchange {
  return async (outgoing) => {
    const { signal } = outgoing;
    const underWay = observer.request(observedRequest(outgoing));
    // A trace goes where the token goes: not to who only renews it, nor to where the platform redirects.
    const isPlatform = "authorization" in outgoing.headers;
    const headers = isPlatform ? { ...outgoing.headers, ...underWay.headers } : outgoing.headers;
    const { status, ...answer } = await settled(exchange({ ...outgoing, headers }), { underWay, signal });
    const reading = { underWay, signal, status };
    return {
      ...answer,
      status,
      text: () => settled(answer.text(), reading),
      beginning: () => settled(answer.beginning(), reading),
      chunks: () => chunks(answer.chunks(), reading),
      discard: () => settled(answer.discard(), reading),
    };
  };
}

interface Reading {
  underWay: RequestUnderWay;
  signal: AbortSignal;
  /** Once it is known. */
  status?: number;
}

async function settled<T>(promise: Promise<T>, { underWay, signal, status }: Reading): Promise<T> {
  try {
    const value = await promise;
    if (status !== undefined) underWay.ended({ status });
    return value;
  } catch (error) {
    underWay.ended({ status, failure: failureOf(signal) });
    throw error;
  }
}

async function* chunks(
  body: AsyncIterable<Uint8Array>,
  { underWay, signal, status }: Reading,
): AsyncGenerator<Uint8Array, void> {
  let failure: ReturnType<typeof failureOf>;
  try {
    yield* body;
  } catch (error) {
    failure = failureOf(signal);
    throw error;
  } finally {
    underWay.ended({ status, failure });
  }
}

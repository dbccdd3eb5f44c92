import type { RequestId } from "@modelcontextprotocol/server";
import type { Problem } from "../../server/request.ts";

/** What a stream may hold that its reader does not take: one that is slower is cut off, and connects again. */
const MOST_UNREAD_BYTES = 4 * 1024 * 1024;

/** An error of JSON-RPC as the answer to a request of HTTP. */
export function errorResponse(
  status: number,
  { code, message, data }: Problem,
  id: RequestId | null = null,
  headers: Record<string, string> = {},
): Response {
  const error = { code, message, ...(data === undefined ? {} : { data }) };
  return Response.json({ jsonrpc: "2.0", id, error }, { status, headers });
}

/** An answer, and what is to be done once it has been read or given up. */
export interface Answer {
  response: Response;
  over?: () => void;
}

/**
 * The answer to send. A stream is read as fast as it is made, so that what a slow reader leaves is counted here, and
 * bounded.
 */
export function sent({ response, over: done = () => undefined }: Answer): Response {
  if (response.body === null || !isStream(response)) {
    done();
    return response;
  }
  const reader = response.body.getReader();
  const body = new ReadableStream<Uint8Array>(
    {
      start: (controller) => void pass(reader, controller).finally(done),
      cancel: (reason) => reader.cancel(reason),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: MOST_UNREAD_BYTES }),
  );
  const answer = new Response(body, response);
  // The SDK would keep the connection of a client that wants it closed, and of HTTP/1.0, where its end ends the answer.
  answer.headers.delete("connection");
  return answer;
}

function isStream({ headers }: Response): boolean {
  return headers.get("content-type")?.startsWith("text/event-stream") === true;
}

async function pass(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  controller: ReadableStreamDefaultController<Uint8Array>,
): Promise<void> {
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      controller.enqueue(value);
      if ((controller.desiredSize ?? 0) < 0) throw new Error("the reader is too slow");
    }
    controller.close();
  } catch (error) {
    controller.error(error);
    await reader.cancel(error).catch(() => undefined);
  }
}

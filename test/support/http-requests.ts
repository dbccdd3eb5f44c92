const VERSION = "2026-07-28";
const HEADERS = { "content-type": "application/json", accept: "application/json, text/event-stream" };
const clientInfo = { name: "test", version: "0" };

type Headers = Record<string, string>;

interface Sending {
  headers?: Headers;
  signal?: AbortSignal;
}

/** A message over HTTP as it is. */
export function post(url: URL, body: object, { headers = {}, ...given }: Sending = {}): Promise<Response> {
  const text = JSON.stringify({ jsonrpc: "2.0", id: 1, ...body });
  return fetch(url, { method: "POST", headers: { ...HEADERS, ...headers }, body: text, ...given });
}

/** Listens to what a session is told unasked. */
export function listen(url: URL, { headers = {}, ...given }: Sending): Promise<Response> {
  return fetch(url, { headers: { ...HEADERS, ...headers }, ...given });
}

export interface Params {
  uri?: string;
  name?: string;
  arguments?: object;
  notifications?: object;
  taskId?: string;
  inputResponses?: object;
  requestState?: string;
}

/** A request of a client of the new era, which says each time what it can do. */
export function postModern(
  url: URL,
  method: string,
  params: Params,
  { headers, capabilities = {}, ...sending }: Sending & { capabilities?: object } = {},
): Promise<Response> {
  const about = params.name ?? params.taskId;
  const name: Headers = about === undefined ? {} : { "mcp-name": about };
  const _meta = {
    "io.modelcontextprotocol/protocolVersion": VERSION,
    "io.modelcontextprotocol/clientCapabilities": capabilities,
    "io.modelcontextprotocol/clientInfo": clientInfo,
  };
  return post(
    url,
    { method, params: { ...params, _meta } },
    { headers: { "mcp-protocol-version": VERSION, "mcp-method": method, ...name, ...headers }, ...sending },
  );
}

export function initialize(url: URL, sending?: Sending): Promise<Response> {
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo };
  return post(url, { method: "initialize", params }, sending);
}

/** The headers with which a session of the old era is named. */
export async function openSession(url: URL, sending?: Sending): Promise<Headers> {
  const answer = await initialize(url, sending);
  await answer.text();
  return { ...sending?.headers, "mcp-session-id": answer.headers.get("mcp-session-id") ?? "none" };
}

/** Reads a stream as it comes; `ended` resolves or rejects with it. */
export function reading(answer: Response) {
  let text = "";
  const ended = (async () => {
    for await (const chunk of answer.body ?? []) text += Buffer.from(chunk as Uint8Array).toString();
  })();
  // Whoever wants to know how it ends asks.
  ended.catch(() => undefined);
  return { ended, text: () => text };
}

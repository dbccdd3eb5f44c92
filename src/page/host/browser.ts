import { answerOf, CallError, type Host, type Schema, type Tools, textOf } from "./host.ts";

const VERSION = "2026-07-28";
const META = "io.modelcontextprotocol";
const NAMED: Record<string, string> = { "tools/call": "name", "resources/read": "uri" };

/** The page speaks to the server that it came from. Its token is in memory only: a reload forgets it. */
export class BrowserHost implements Host {
  readonly isConversation = false;
  #token: string | undefined;
  #lastId = 0;

  useToken(token: string): void {
    this.#token = token;
  }

  /** Redeems the one-time code of the address for a token. @throws {CallError} */
  async redeem(code: string): Promise<void> {
    const response = await post("session", { "content-type": "application/json" }, { code });
    if (!response.ok) throw new CallError(await response.text(), { needsToken: true });
    const { token } = (await response.json()) as { token: string };
    this.#token = token;
  }

  async tools(): Promise<Tools> {
    const { tools = [] } = (await this.#ask("tools/list", {})) as {
      tools?: { name: string; inputSchema: Schema }[];
    };
    return new Map(tools.map(({ name, inputSchema }) => [name, inputSchema]));
  }

  async call(name: string, args: Record<string, unknown>) {
    return answerOf(await this.#ask("tools/call", { name, arguments: args }));
  }

  async read(uri: string): Promise<string> {
    return textOf(await this.#ask("resources/read", { uri }));
  }

  tell(): void {
    // There is no model.
  }

  open(url: string): void {
    window.open(url, "_blank", "noopener,noreferrer");
  }

  async #ask(method: string, params: Record<string, unknown>): Promise<unknown> {
    const id = ++this.#lastId;
    const response = await post("mcp", this.#headers(method, params), {
      jsonrpc: "2.0",
      id,
      method,
      params: { ...params, _meta: ENVELOPE },
    });
    if (response.status === 401) throw new CallError("This server wants a token.", { needsToken: true });
    const message = messageIn(await response.text(), response);
    if (message.error !== undefined) throw new CallError(message.error.message);
    return message.result;
  }

  #headers(method: string, params: Record<string, unknown>): Record<string, string> {
    const name = params[NAMED[method] ?? ""];
    return {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": VERSION,
      "mcp-method": method,
      ...(typeof name === "string" ? { "mcp-name": name } : {}),
      ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }),
    };
  }
}

const ENVELOPE = {
  [`${META}/protocolVersion`]: VERSION,
  [`${META}/clientInfo`]: { name: "apolo-jobs-page", version: "1" },
  [`${META}/clientCapabilities`]: {},
};

async function post(path: string, headers: Record<string, string>, body: unknown): Promise<Response> {
  try {
    const options = { method: "POST", headers, body: JSON.stringify(body), credentials: "omit" } as const;
    return await fetch(path, options);
  } catch (cause) {
    throw new CallError("The server of this page does not answer. Is it still running?", { cause });
  }
}

interface Message {
  result?: unknown;
  error?: { message: string };
}

/** The answer, sent as JSON or as the last event of a stream. @throws {CallError} */
function messageIn(text: string, { status }: Response): Message {
  const events = text.split("\n").filter((line) => line.startsWith("data:"));
  try {
    return JSON.parse(events.at(-1)?.slice("data:".length) ?? text) as Message;
  } catch (cause) {
    throw new CallError(text.trim() || `The server answered ${status}.`, { cause });
  }
}

import {
  type Answer,
  answerOf,
  CallError,
  type Host,
  type Opening,
  type Schema,
  type Tools,
  textOf,
} from "./host.ts";

const VERSION = "2026-01-26";

interface Context {
  theme?: string;
  styles?: { variables?: Record<string, string> };
  toolInfo?: { tool?: { name?: string } };
}

interface Message {
  jsonrpc?: string;
  id?: number | string;
  method?: string;
  params?: Record<string, unknown>;
  result?: unknown;
  error?: { message?: string };
}

/** The page inside a conversation: it asks the host by messages. Source: MCP Apps, 2026-01-26. */
export class ConversationHost implements Host {
  readonly isConversation = true;
  readonly #waiting = new Map<
    number | string,
    { resolve(value: unknown): void; reject(error: Error): void }
  >();
  readonly #show: (opening: Opening) => void;
  #lastId = 0;
  #tool = "";
  #args: Record<string, unknown> = {};

  /** `show` is told of the call that the page was opened for, and again when its result is there. */
  constructor(show: (opening: Opening) => void) {
    this.#show = show;
    addEventListener("message", (event) => {
      // A sandboxed frame cannot know its parent's origin; who sent it is what counts.
      if (event.source === parent) this.#receive(event.data as Message | null);
    });
  }

  async connect(): Promise<void> {
    const appInfo = { name: "apolo-jobs", version: "1" };
    const result = await this.#ask("ui/initialize", {
      protocolVersion: VERSION,
      appInfo,
      appCapabilities: {},
    });
    const { hostContext } = result as { hostContext?: Context };
    this.#tool = hostContext?.toolInfo?.tool?.name ?? "";
    useContext(hostContext);
    this.#send({ method: "ui/notifications/initialized" });
    new ResizeObserver(() => {
      const { height, width } = document.documentElement.getBoundingClientRect();
      const params = { height: Math.ceil(height), width: Math.ceil(width) };
      this.#send({ method: "ui/notifications/size-changed", params });
    }).observe(document.documentElement);
  }

  /** A host offers no list of tools; the server wrote into the page what it allows. */
  async tools(): Promise<Tools> {
    const offered = JSON.parse(document.documentElement.dataset.tools ?? "{}") as Record<string, Schema>;
    return new Map(Object.entries(offered));
  }

  async call(name: string, args: Record<string, unknown>): Promise<Answer> {
    return answerOf(await this.#ask("tools/call", { name, arguments: args }));
  }

  async read(uri: string): Promise<string> {
    return textOf(await this.#ask("resources/read", { uri }));
  }

  tell(text: string): void {
    // A host that does not take it shows the page all the same.
    this.#ask("ui/update-model-context", { content: [{ type: "text", text }] }).catch(() => undefined);
  }

  open(url: string): void {
    this.#ask("ui/open-link", { url }).catch(() => undefined);
  }

  #ask(method: string, params: unknown): Promise<unknown> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#send({ id, method, params });
    });
  }

  #send(message: object): void {
    parent.postMessage({ jsonrpc: "2.0", ...message }, "*");
  }

  #receive(message: Message | null): void {
    if (message?.jsonrpc !== "2.0") return;
    const { id, method, params = {} } = message;
    if (method === undefined) this.#settle(message);
    else if (id !== undefined) this.#send({ id, result: {} });
    else this.#hear(method, params);
  }

  #settle({ id = "", result, error }: Message): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(new CallError(error.message ?? "The conversation refused it."));
  }

  #hear(method: string, params: Record<string, unknown>): void {
    if (method === "ui/notifications/host-context-changed") useContext(params as Context);
    if (method === "ui/notifications/tool-input") {
      this.#args = (params.arguments ?? {}) as Record<string, unknown>;
      this.#show({ tool: this.#tool, args: this.#args });
    }
    if (method === "ui/notifications/tool-result") this.#open(params);
  }

  #open(result: unknown): void {
    try {
      this.#show({ tool: this.#tool, args: this.#args, answer: answerOf(result) });
    } catch {
      // What a tool refused is told by the conversation; the page shows how things stand.
      this.#show({ tool: this.#tool, args: {} });
    }
  }
}

function useContext(context: Context | undefined): void {
  const { style, dataset } = document.documentElement;
  if (context?.theme !== undefined) {
    dataset.theme = context.theme;
    style.colorScheme = context.theme;
  }
  for (const [name, value] of Object.entries(context?.styles?.variables ?? {}))
    style.setProperty(name, value);
}

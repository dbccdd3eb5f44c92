/** What a call of a tool came to: its words, and the same as data. */
export interface Answer {
  text: string;
  data: unknown;
}

/** A tool refused, or the server cannot be reached: the message is for the person. */
export class CallError extends Error {
  override readonly name = "CallError";
  /** Nobody is let in without a token. */
  readonly needsToken: boolean;

  constructor(
    message: string,
    { needsToken = false, cause }: { needsToken?: boolean; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.needsToken = needsToken;
  }
}

/** One argument of a tool, as the server publishes it. */
export interface Argument {
  type?: string;
  description?: string;
  default?: unknown;
  enum?: readonly string[];
  items?: { enum?: readonly string[] };
  minimum?: number;
  maximum?: number;
}

/** The arguments of a tool. */
export interface Schema {
  properties?: Readonly<Record<string, Argument>>;
  required?: readonly string[];
}

/** The tools that the server offers here, with what each takes. */
export type Tools = ReadonlyMap<string, Schema>;

/** What a tool was called with before the page was opened for its result. */
export interface Opening {
  tool: string;
  args: Record<string, unknown>;
  answer?: Answer;
}

/** Whoever carries the page's calls to the server: a conversation, or the browser itself. */
export interface Host {
  readonly isConversation: boolean;
  tools(): Promise<Tools>;
  /** @throws {CallError} */
  call(tool: string, args: Record<string, unknown>): Promise<Answer>;
  /** The text of a resource. @throws {CallError} */
  read(uri: string): Promise<string>;
  /** Tells the model what the person did. */
  tell(text: string): void;
  open(url: string): void;
}

interface RawResult {
  content?: { type: string; text?: string }[];
  structuredContent?: unknown;
  isError?: boolean;
}

/** @throws {CallError} */
export function answerOf(result: unknown): Answer {
  // Whatever is missing in it is not shown.
  const { content = [], structuredContent = {}, isError } = (result ?? {}) as RawResult;
  const text = content.flatMap((block) => (block.type === "text" ? [block.text ?? ""] : [])).join("\n");
  if (isError === true) throw new CallError(text);
  return { text, data: structuredContent };
}

export function textOf(result: unknown): string {
  const { contents = [] } = (result ?? {}) as { contents?: { text?: string }[] };
  return contents[0]?.text ?? "";
}

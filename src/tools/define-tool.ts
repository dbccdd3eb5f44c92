import type { z } from "zod";
import type { JobDescription, Platform } from "../client/index.ts";
import type { Session } from "./session.ts";

/** What a person said to a question; `unable` where nobody could be asked. */
export type Consent = "yes" | "no" | "unanswered" | "unable";

export interface ToolContext {
  platform: Platform;
  session: Session;
  /** Fires when the MCP client cancels the call or goes away. */
  signal: AbortSignal;
  /** Tells a waiting client how far the call is; does nothing where the client did not ask. */
  progress(message: string): void;
  confirm(question: string): Promise<Consent>;
}

/** All four are required: a missing hint reads as a promise nobody made. */
interface Effects {
  readOnlyHint: boolean;
  destructiveHint: boolean;
  idempotentHint: boolean;
  openWorldHint: boolean;
}

/** What a call gives back: the same facts as text and as data, and the jobs that can be attached. */
export interface Reply<Out> {
  text: string;
  data: Out;
  jobs?: JobDescription[];
}

export interface Tool<In extends z.ZodObject = z.ZodObject, Out extends z.ZodObject = z.ZodObject> {
  name: string;
  title: string;
  description: string;
  /** `core` is always offered; `more` is left out by `--tools core`. */
  toolset: "core" | "more";
  input: In;
  output: Out;
  /** Of what changes something: what an answer adds to an error by which nothing was changed. */
  nothing?: string;
  effects: Effects;
  /** Of what waits: for how many seconds at most, as asked for; undefined where it does not wait this time. */
  waits?(args: z.output<In>): number | undefined;
  run(args: z.output<In>, context: ToolContext): Promise<Reply<z.input<Out>>>;
}

/** Checks `run` against the two schemas, then hands the tool over untyped for the catalogue. */
export function defineTool<In extends z.ZodObject, Out extends z.ZodObject>(tool: Tool<In, Out>): Tool {
  // The catalogue holds tools of many shapes; the server parses before it calls `run`, so the types hold.
  return tool as unknown as Tool;
}

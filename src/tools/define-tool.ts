import type { z } from "zod";
import type { JobDescription } from "../client/index.ts";
import type { NextCall } from "../jobs/next-call.ts";
import type { Call } from "../operations/caller.ts";
import type { Wait } from "../operations/tasks.ts";

/** All four are required: a missing hint reads as a promise nobody made. */
interface Effects {
  readOnlyHint: boolean;
  destructiveHint: boolean;
  idempotentHint: boolean;
  openWorldHint: boolean;
}

/** What a call gives back: the same facts as text and as data, and the jobs to link to. */
export interface Reply<Out> {
  text: string;
  data: Out;
  jobs?: JobDescription[];
  /** A PNG file, for clients that show pictures. It shows nothing that the text does not tell. */
  picture?: Uint8Array | undefined;
  /** A person must be asked first: `text` is the question. Nothing was done: the call is made again with the answer. */
  asks?: {
    /** Stands for what it is about, as it stands now. */
    token: string;
    /** What it is about, part by part: the same means that nothing changed which the person would have to know. */
    about: readonly string[];
  };
  /** The calls to make next, as the text prints them. */
  next?: NextCall[];
}

/** What a call is still waiting for, and a line that says how that stands. */
export interface Waiting {
  line: string;
  wait: Wait;
}

/** How the wait of a tool goes on between calls, for a client that asks again by itself. Such a tool asks no person. */
interface AsTask<In extends z.ZodObject, Out extends z.ZodObject> {
  /** Does all that the tool does, except waiting. */
  begin(args: z.output<In>, context: Call): Promise<Reply<z.input<Out>> | Waiting>;
  /** Looks again; only reads. Whatever `begin` gave out, here or elsewhere, leads to the reply of the call. */
  look(wait: Wait, context: Call): Promise<Reply<z.input<Out>> | Pick<Waiting, "line">>;
}

export interface Tool<In extends z.ZodObject = z.ZodObject, Out extends z.ZodObject = z.ZodObject> {
  name: string;
  title: string;
  description: string;
  /** `core` is always offered; `more` is left out by `--tools core`. */
  toolset: "core" | "more";
  input: In;
  output: Out;
  /** For a tool that changes something: what to add to an error when nothing was changed. */
  nothing?: string;
  effects: Effects;
  /** The page for people shows its result, in hosts that show pages. */
  hasView?: true;
  /** Of use only to an agent on this machine: why it is not offered to others, and what they can do instead. */
  localOnly?: string;
  /** For a tool that waits: the longest wait asked for, in seconds; undefined if this call does not wait. */
  waits?(args: z.output<In>): number | undefined;
  run(args: z.output<In>, context: Call): Promise<Reply<z.input<Out>>>;
  task?: AsTask<In, Out>;
  /** The half of it that only reads, under the same name: offered where the policy forbids the whole. */
  reading?: Tool;
}

/** Checks `run` against the two schemas, then hands the tool over untyped for the catalogue. */
export function defineTool<In extends z.ZodObject, Out extends z.ZodObject>(tool: Tool<In, Out>): Tool {
  // The catalogue holds tools of many shapes; the server parses before it calls `run`, so the types hold.
  return tool as unknown as Tool;
}

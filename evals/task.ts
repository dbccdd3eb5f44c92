import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";

/** A job that somebody has on the platform before the agent is asked. */
const stagedJob = z.strictObject({
  name: z.string(),
  owner: z.string().default("alice"),
  project: z.string().optional(),
  preset: z.string().optional(),
  image: z.string().default("ubuntu:22.04"),
  /** Run with `sh`. */
  script: z.string().default("sleep 600"),
  tags: z.array(z.string()).optional(),
  life_span_seconds: z.number().optional(),
  http_port: z.number().optional(),
  /** How far it is when the agent is asked: a status, or a text in its log. */
  until: z.enum(["pending", "running", "finished"]).default("running"),
  prints: z.string().optional(),
});

/** Which jobs are meant: those to which all of it applies. */
const selected = z.strictObject({
  name: z.string().optional(),
  owner: z.string().optional(),
  tag: z.string().optional(),
  /** Started by the agent. */
  isNew: z.boolean().optional(),
});

const setupStep = z.union([
  z.strictObject({ "apolo.scene": z.strictObject({ name: z.string() }) }),
  z.strictObject({ "apolo.job": stagedJob }),
  /** A call that was made in an earlier conversation. */
  z.strictObject({
    "apolo.call": z.strictObject({ tool: z.string(), arguments: z.record(z.string(), z.unknown()) }),
  }),
  /** From now on; see docs/emulator.md. */
  z.strictObject({ "apolo.chaos": z.record(z.string(), z.unknown()) }),
  z.strictObject({ "apolo.server": z.strictObject({ flags: z.array(z.string()) }) }),
  /** What the person answers whom the server asks. */
  z.strictObject({ "apolo.person": z.strictObject({ answers: z.enum(["accept", "decline"]) }) }),
]);

const verifyStep = z.union([
  /** Regular expressions that the agent's answer to the person fits, or must not fit. */
  z.strictObject({
    "apolo.answer": z.strictObject({
      matches: z.array(z.string()).default([]),
      lacks: z.array(z.string()).default([]),
    }),
  }),
  /** What a command prints in a job that runs. */
  z.strictObject({
    "apolo.output": z.strictObject({ job: z.string(), command: z.string(), matches: z.string() }),
  }),
  /** Nothing was started, ended or extended. */
  z.strictObject({ "apolo.unchanged": z.strictObject({}) }),
  z.strictObject({
    "apolo.jobs": z.strictObject({
      select: selected,
      count: z.number(),
      /** Of each of them. */
      status: z.array(z.string()).optional(),
      /** Fields of the platform's record of each of them. */
      has: z.record(z.string(), z.unknown()).optional(),
    }),
  }),
]);

const toolName = z.strictObject({ server: z.literal("apolo"), tool: z.string() });

const task = z.strictObject({
  kind: z.literal("Task"),
  apiVersion: z.literal("mcpchecker/v1alpha2"),
  metadata: z.strictObject({
    name: z.string(),
    difficulty: z.enum(["easy", "medium", "hard"]),
    labels: z.strictObject({ theme: z.string() }),
  }),
  spec: z.strictObject({
    requires: z.tuple([z.strictObject({ extension: z.literal("apolo") })]),
    setup: z.array(setupStep),
    prompt: z.strictObject({ inline: z.string() }),
    verify: z.array(verifyStep).min(1),
    assertions: z.strictObject({
      toolsUsed: z.array(toolName).optional(),
      toolsNotUsed: z.array(toolName).optional(),
      resourcesRead: z
        .array(z.strictObject({ server: z.literal("apolo"), uriPattern: z.string() }))
        .optional(),
      minToolCalls: z.number().optional(),
      maxToolCalls: z.number(),
      /** Bytes of text that its calls may return, all together. */
      maxBytes: z.number(),
    }),
  }),
});

export type Task = z.infer<typeof task>;
export type SetupStep = z.infer<typeof setupStep>;
export type VerifyStep = z.infer<typeof verifyStep>;
export type StagedJob = z.infer<typeof stagedJob>;
export type Selected = z.infer<typeof selected>;

/** All tasks of a folder, by name. @throws {Error} that names the file that cannot be read */
export function readTasks(folder = "evals/tasks"): Task[] {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith(".yaml"))
    .sort();
  return files.map((file) => {
    const read = task.safeParse(parse(readFileSync(join(folder, file), "utf8")));
    if (!read.success) throw new Error(`${file}: ${z.prettifyError(read.error)}`);
    if (`${read.data.metadata.name}.yaml` !== file) throw new Error(`${file}: its name is another`);
    return read.data;
  });
}

import { z } from "zod";
import { project, selector } from "../args.ts";

export const MAX_JOBS = 20;

const status = z.enum(["running", "succeeded", "failed", "cancelled"]);

/** What job_logs takes. */
export const logsInput = z.strictObject({
  jobs: z.array(z.string()).min(1).max(MAX_JOBS).optional().describe("Names, ids, id prefixes or job: URIs"),
  tags: z.array(selector).optional().describe("All of these"),
  status: z.array(status).optional().describe("Any of these"),
  lines: z.int().min(1).max(5000).optional().describe("A job; default 100, with since 2000"),
  since: z.string().optional().describe("From: 10m, 2h, 14:30 or ISO time (UTC)"),
  until: z.string().optional().describe("Up to"),
  grep: z.string().optional().describe("Only matching lines, e.g. error|warn"),
  context: z.int().min(0).max(50).optional().describe("Lines around matches"),
  ignore_case: z.boolean().optional().describe("In both patterns"),
  invert: z.boolean().optional().describe("Lines without a match"),
  newest_first: z.boolean().optional().describe("Order of matches"),
  until_pattern: z.string().optional().describe("Wait for a line, e.g. epoch 3"),
  wait_seconds: z.int().min(0).max(50).optional().describe("Default 45 with until_pattern, else 0"),
  cursor: z.string().optional().describe("A cursor of the last call"),
  timestamps: z.boolean().optional().describe("Times before lines"),
  project,
});

export type LogsArguments = z.output<typeof logsInput>;

import { z } from "zod";
import { project } from "./args.ts";

export const MAX_JOBS = 20;

const status = z.enum(["running", "succeeded", "failed", "cancelled"]);

/** What job_logs takes. */
export const logsInput = z.strictObject({
  jobs: z
    .array(z.string().min(1))
    .min(1)
    .max(MAX_JOBS)
    .optional()
    .describe('Names, ids, id prefixes or job: URIs, e.g. ["train-7b"]'),
  tags: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe("Instead of jobs: those with all of these tags"),
  status: z.array(status).min(1).optional().describe("Instead of jobs: those in any of these states"),
  lines: z
    .int()
    .min(1)
    .max(5000)
    .optional()
    .describe("Most lines or matches a job; default 100, with since 2000"),
  since: z.string().optional().describe("From this time on: 10m, 2h, 14:30 or ISO (UTC)"),
  until: z.string().optional().describe("Up to this time, same forms"),
  grep: z
    .string()
    .min(1)
    .max(500)
    .optional()
    .describe("Only lines with this regular expression (RE2), e.g. error|warn"),
  context: z.int().min(0).max(50).default(0).describe("Lines around each match"),
  ignore_case: z.boolean().default(false).describe("For grep and until_pattern"),
  invert: z.boolean().default(false).describe("Only lines without grep's match"),
  newest_first: z.boolean().default(false).describe("Order of grep's matches"),
  until_pattern: z
    .string()
    .min(1)
    .max(500)
    .optional()
    .describe("Wait for a line with this regular expression"),
  wait_seconds: z
    .int()
    .min(0)
    .max(50)
    .optional()
    .describe("Longest wait for new lines; default 45 with until_pattern, else 0"),
  cursor: z.string().optional().describe("next_cursor of the last call, same jobs: only newer lines"),
  timestamps: z.boolean().default(false).describe("UTC time before each line"),
  project,
});

export type LogsArguments = z.output<typeof logsInput>;

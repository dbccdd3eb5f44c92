import { z } from "zod";
import { InvalidInputError } from "../jobs/invalid-input.ts";

/** Together with the tag's prefix and a sweep's number it still fits into a tag of the platform. */
const REQUEST_ID = /^\S{1,240}$/;

export const jobRef = z.string().describe("Name, id, id prefix or job: URI");

export const jobRefs = z.array(z.string()).min(1).max(100).describe("Names, ids, id prefixes or job: URIs");

/** A project, or `*` for all. */
export const projectPath = z
  .string()
  .refine(
    (text) => /^[^/\s]+(\/[^/\s]+){0,2}$/.test(text),
    "expected project, org/project or cluster/org/project",
  );

export const project = projectPath.optional().describe("[[cluster/]org/]project");

/** Selects jobs. An empty text would select none, or those without a value. */
export const selector = z
  .string()
  .refine((text) => text.trim() !== "", "is empty: leave it out to select by something else");

/** Refuses a request id that cannot be part of a tag. */
export function checkRequestId(requestId: string | undefined): void {
  if (requestId === undefined || REQUEST_ID.test(requestId)) return;
  const near = requestId.trim().replace(/\s+/g, "-").slice(0, 40) || "run-1";
  throw new InvalidInputError(
    `request_id: "${requestId.slice(0, 60)}" must be 1 to 240 characters without blanks, e.g. "${near}". Nothing was started.`,
  );
}

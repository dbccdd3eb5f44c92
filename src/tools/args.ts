import { z } from "zod";

/** Pieces that several tools' inputs share. */

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

/** What selects jobs: an empty text would select those without it, or none. */
export const selector = z
  .string()
  .refine((text) => text.trim() !== "", "is empty: leave it out to select by other things");

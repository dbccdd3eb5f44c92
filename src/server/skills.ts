import { createHash } from "node:crypto";
import { skill } from "../resources/skill.ts";
import { INVALID_PARAMS, ProtocolError } from "./errors.ts";

/** Source: SEP-2640. */
export const SKILLS_EXTENSION = "io.modelcontextprotocol/skills";

/** The text comes with the program, so every answer is good for as long as hosts like to keep one. */
const KEPT = { ttlMs: 3_600_000, cacheScope: "public" } as const;

/** Answers hosts that look for skills; their files are resources, which anybody reads. */
export const skills = {
  list: () => ({ ...KEPT, skills: [entry()] }),
  get(uri: string) {
    if (uri !== skill.uri)
      throw new ProtocolError(INVALID_PARAMS, `There is no skill ${uri.slice(0, 200)}. Here: ${skill.uri}.`);
    return { ...KEPT, skill: entry() };
  },
};

function entry() {
  const { uri, frontmatter, text } = skill;
  const digest = `sha256:${createHash("sha256").update(text).digest("hex")}`;
  return { uri, frontmatter, resources: [{ uri, digest, size: Buffer.byteLength(text) }] };
}

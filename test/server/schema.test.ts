import { expect, test } from "vitest";
import { z } from "zod";
import { toJsonSchema } from "../../src/server/schema.ts";
import { openObject, whichJob } from "../../src/tools/answers.ts";

test("keeps what is not listed out of the published schema, at every depth, and checks it", () => {
  const rows = z.array(openObject({ id: z.string() }, whichJob));
  const schema = openObject({ rows }, { ...whichJob, count: z.int() });
  expect(toJsonSchema(schema, "output")).toEqual({
    type: "object",
    properties: {
      rows: { type: "array", items: { type: "object", properties: { id: { type: "string" } } } },
    },
    required: ["rows"],
  });
  const job = { job: "a", id: "job-1", owner: "alice", project: "default/acme/vision" };
  expect(schema.safeParse({ ...job, rows: [job], count: 1, later: "kept" }).data).toHaveProperty("later");
  expect(schema.safeParse({ ...job, rows: [job], count: "1" }).success).toBe(false);
  expect(schema.safeParse({ ...job, rows: [{ id: "job-1" }], count: 1 }).success).toBe(false);
});

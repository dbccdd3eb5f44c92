import { expect, test } from "vitest";
import { z } from "zod";
import { toJsonSchema } from "../../src/server/schema.ts";
import { openObject, whichJob } from "../../src/tools/answers.ts";

test("publishes the kinds of the listed keys only, and checks all of them", () => {
  const rows = z.array(openObject({ id: z.string() }, whichJob));
  const schema = openObject({ rows }, { ...whichJob, count: z.int() });
  expect(toJsonSchema(schema, "output")).toEqual({
    type: "object",
    properties: { rows: { type: "array" } },
  });
  const job = { job: "a", id: "job-1", owner: "alice", project: "default/acme/vision" };
  expect(schema.safeParse({ ...job, rows: [job], count: 1, later: "kept" }).data).toHaveProperty("later");
  expect(schema.safeParse({ ...job, rows: [job], count: "1" }).success).toBe(false);
  expect(schema.safeParse({ ...job, rows: [{ id: "job-1" }], count: 1 }).success).toBe(false);
});

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { wireJob } from "../../../src/client/wire/job.ts";
import type { Scripted } from "../support/scripted.ts";
import { startScripted } from "../support/scripted.ts";

interface Recorded {
  id: string;
  response?: object;
  requests: { method: string; path: string; query: [string, string][]; json?: Record<string, unknown> }[];
}

const recorded: Recorded[] = JSON.parse(readFileSync("test/fixtures/wire/cases.json", "utf8"));
const askedAs = (method: string) =>
  recorded.filter(({ requests: [first] }) => first?.method === method && first.path === "/api/v1/jobs");
const starts = askedAs("POST");
const lists = askedAs("GET");

/** What the platform refuses, though the official client sends it. Source: protocol reference 3.2, 3.6, 3.8. */
const REFUSED: Record<string, string> = {
  "start/life-span-59s": "{'max_run_time_minutes': DataError('value is less than 1')}",
  "start/flags": "Cluster default does not allow privileged jobs",
  "list/limit-zero": "limit should be > 0",
};

let platform: Scripted;
beforeAll(async () => {
  platform = await startScripted();
});
afterAll(() => platform.close());

describe("a start as the official client sends it", () => {
  test.each(starts)("is taken and given back: $id", async ({ id, requests, response }) => {
    const [{ path = "", query = [], json: body = {} } = {}] = requests;
    const { status, json } = await platform.call("POST", path + (query.length > 0 ? "?from_preset" : ""), {
      body,
    });
    if (REFUSED[id] !== undefined) {
      expect([status, json]).toEqual([400, { error: REFUSED[id] }]);
      return;
    }
    expect(status).toBe(202);
    expect(wireJob.parse(json)).toMatchObject({ status: "pending", owner: "alice" });
    // Where the recording has an error instead, a platform in order starts the job.
    if (response !== undefined) expect(Object.keys(json).sort()).toEqual(Object.keys(response).sort());
    expect({ ...json.container, ...json }).toMatchObject(shownAgain(body));
    await platform.call("DELETE", `/api/v1/jobs/${json.id}`);
  });
});

describe("a list as the official client asks for it", () => {
  test.each(lists)("is answered line by line: $id", async ({ id, requests }) => {
    const [{ path = "", query = [] } = {}] = requests;
    const headers = { accept: "application/x-ndjson" };
    const answer = await platform.call("GET", `${path}?${new URLSearchParams(query)}`, { headers });
    if (REFUSED[id] === undefined) {
      expect(answer.status).toBe(200);
      expect(answer.headers.get("content-type")).toBe("application/x-ndjson");
      for (const line of answer.text.split("\n").slice(0, -1)) expect(JSON.parse(line)).toHaveProperty("id");
    } else expect([answer.status, answer.json]).toEqual([400, { error: REFUSED[id] }]);
  });
});

/** A request's values as a job shows them: tags sorted, what is only a wish at the start left out. */
function shownAgain({ resources, wait_for_jobs_quota, ...body }: Record<string, unknown>): object {
  const tags = Array.isArray(body.tags) ? { tags: [...new Set(body.tags)].sort() } : {};
  return { ...body, ...tags };
}

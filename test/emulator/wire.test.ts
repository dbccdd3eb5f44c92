import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { wireJob } from "../../src/client/wire/job.ts";
import type { Scripted } from "./support/scripted.ts";
import { startScripted } from "./support/scripted.ts";

interface Recorded {
  id: string;
  requests: { method: string; path: string; query: [string, string][]; json?: Record<string, unknown> }[];
}

const cases: Recorded[] = JSON.parse(readFileSync("test/fixtures/wire/cases.json", "utf8"));
const recorded = (method: string) =>
  cases.flatMap(({ id, requests }) =>
    requests
      .filter((request) => request.method === method && request.path === "/api/v1/jobs")
      .map((request) => ({ id, ...request })),
  );

/** What the platform refuses of what its own client sends, with its text. */
const REFUSED: Record<string, string> = {
  "start/life-span-59s": "400 {'max_run_time_minutes': DataError('value is less than 1')}",
  "start/flags": "400 Cluster default does not allow privileged jobs",
  "list/limit-zero": "400 limit should be > 0",
};

let platform: Scripted;
beforeAll(async () => {
  platform = await startScripted();
});
afterAll(() => platform.close());

/** The official client sends `from_preset` without a value. */
const search = (query: [string, string][]) =>
  query.map(([key, value]) => (value === "" ? key : `${key}=${encodeURIComponent(value)}`)).join("&");

describe("what the official client sends", () => {
  test.each(recorded("POST"))("starts a job: $id", async ({ id, query, json }) => {
    const answer = await platform.call("POST", `/api/v1/jobs?${search(query)}`, { body: json });
    if (answer.status === 202) {
      expect(wireJob.parse(answer.json)).toMatchObject({ status: "pending", owner: "alice" });
      await platform.call("DELETE", `/api/v1/jobs/${answer.json.id}`);
    }
    expect(answer.status === 202 ? undefined : `${answer.status} ${answer.json.error}`).toBe(REFUSED[id]);
  });

  test.each(recorded("GET"))("lists jobs: $id", async ({ id, query }) => {
    const headers = { accept: "application/x-ndjson" };
    const answer = await platform.call("GET", `/api/v1/jobs?${search(query)}`, { headers });
    expect(answer.status === 200 ? undefined : `${answer.status} ${answer.json.error}`).toBe(REFUSED[id]);
    if (answer.status === 200) expect(answer.headers.get("content-type")).toBe("application/x-ndjson");
  });
});

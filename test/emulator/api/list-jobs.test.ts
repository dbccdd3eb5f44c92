import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { create } from "../support/requests.ts";
import type { Scripted } from "../support/scripted.ts";
import { startScripted } from "../support/scripted.ts";

let platform: Scripted;
const ids: Record<string, string> = {};
const created: Record<string, string> = {};

beforeAll(async () => {
  platform = await startScripted();
  const start = async (key: string, changes: object, user = "alice") => {
    const job = await create(platform, changes, user);
    ids[key] = job.id;
    created[key] = job.history.created_at;
    platform.clock.advance(1000);
  };
  await start("first", { name: "one", tags: ["a", "b"] });
  await start("bobs", { name: "two", tags: ["a"] }, "bob");
  await start("nlp", { project_name: "nlp", tags: ["b"] });
  await start("lab", { org_name: "research", project_name: "lab" }, "carol");
  await start("west", { cluster_name: "west" });
  await platform.call("DELETE", `/api/v1/jobs/${ids.first}`);
});
afterAll(() => platform.close());

async function list(query: string, user = "alice"): Promise<string[]> {
  const { json } = await platform.call("GET", `/api/v1/jobs?${query}`, { user });
  return json.jobs.map((job: { id: string }) => Object.keys(ids).find((key) => ids[key] === job.id));
}

describe("GET /jobs", () => {
  test.each([
    ["", ["first", "bobs", "nlp", "lab", "west"]],
    ["reverse=1&limit=2", ["west", "lab"]],
    ["limit=2", ["first", "bobs"]],
    ["status=cancelled", ["first"]],
    ["status=pending&status=running&cluster_name=default", ["bobs", "nlp", "lab"]],
    ["name=two", ["bobs"]],
    ["owner=alice&owner=bob&cluster_name=default", ["first", "bobs", "nlp"]],
    ["tag=a", ["first", "bobs"]],
    ["tag=a&tag=b", ["first"]],
    ["org_name=research", ["lab"]],
    ["project_name=nlp&project_name=lab", ["nlp", "lab"]],
    ["being_dropped=False&logs_removed=False&name=one", ["first"]],
    ["base_owner=carol", ["lab"]],
  ])("answers %j with the jobs that match all of it", async (query, expected) => {
    expect(await list(query)).toEqual(expected);
  });

  test("compares creation times, both ends included", async () => {
    const at = (key: string) => encodeURIComponent(created[key] ?? "");
    expect(await list(`since=${at("bobs")}&until=${at("nlp")}`)).toEqual(["bobs", "nlp"]);
    expect(await list(`since=${at("west")}`)).toEqual(["west"]);
  });

  test("finds a job by the host name it is reached at", async () => {
    expect(await list(`hostname=${ids.nlp}.jobs.example.org`)).toEqual(["nlp"]);
    expect(await list("hostname=two--859b431f56.jobs.example.org")).toEqual(["bobs"]);
    const both = await platform.call("GET", "/api/v1/jobs?hostname=a.b&name=one");
    expect([both.status, both.json]).toEqual([400, { error: "Invalid request" }]);
  });

  test("asks of a job found by its host name only what counts beside it", async () => {
    const host = `hostname=${ids.nlp}.jobs.example.org`;
    expect(await list(`${host}&owner=bob&org_name=research`)).toEqual(["nlp"]);
    expect(await list(`${host}&tag=no-such-tag`)).toEqual([]);
    expect(await list(`${host}&status=failed`)).toEqual([]);
    const none = await platform.call("GET", `/api/v1/jobs?${host}&limit=0`);
    expect([none.status, none.json]).toEqual([400, { error: "limit should be > 0" }]);
  });

  test("shows everybody what they may read, and strangers nothing", async () => {
    expect(await list("", "bob")).toEqual(["first", "bobs", "nlp", "west"]);
    expect(await list("", "mallory")).toEqual([]);
  });

  test("streams one job a line when asked to", async () => {
    const headers = { accept: "application/x-ndjson" };
    const answer = await platform.call("GET", "/api/v1/jobs?owner=alice", { headers });
    expect(answer.headers.get("content-type")).toBe("application/x-ndjson");
    const lines = answer.text.split("\n");
    expect(lines.pop()).toBe("");
    expect(lines.map((line) => JSON.parse(line).id)).toEqual([ids.first, ids.nlp, ids.west]);
  });

  test.each([
    ["status=bad", "'bad' is not a valid JobStatus"],
    ["since=bad", "Invalid isoformat string: 'bad'"],
    [
      "since=2026-11-22T11:21:02.539618+00:00",
      "Invalid isoformat string: '2026-11-22T11:21:02.539618 00:00'",
    ],
    ["limit=0", "limit should be > 0"],
    ["limit=x", "invalid literal for int() with base 10: 'x'"],
    ["reverse=yes", 'Required "0", "1", "false" or "true"'],
    ["org_name=NO_ORG", "does not match pattern \\A[a-z0-9](?:-?[a-z0-9])*\\Z"],
    ["owner=abcdefghijklmnopqrstuvwxyz", "String is longer than 21 characters"],
  ])("refuses %s", async (query, error) => {
    const { status, json } = await platform.call("GET", `/api/v1/jobs?${query}`);
    expect([status, json]).toEqual([400, { error }]);
  });
});

import { describe, expect, test } from "vitest";
import { jobUri } from "../../src/jobs/names/ids.ts";
import { matchUri } from "../../src/resources/index.ts";
import { sampleJob } from "../jobs/sample-job.ts";

describe("matchUri", () => {
  test.each([
    ["apolo://jobs", "jobs", {}],
    ["apolo://jobs/lr-sweep", "tagged-jobs", { tag: "lr-sweep" }],
    ["apolo://schemas/Preset", "schemas", { dataclass: "Preset" }],
    [
      "job://default/acme/vision/train",
      "job",
      { cluster: "default", org: "acme", project: "vision", job: "train" },
    ],
    ["job://c/o/a%2Fb/logs", "job", { cluster: "c", org: "o", project: "a/b", job: "logs" }],
    ["job://c/o/p/j/logs", "job-logs", { cluster: "c", org: "o", project: "p", job: "j" }],
    [
      "job://c/o/p/j/logs/2026-11-22T10%3A00Z",
      "job-logs-since",
      { cluster: "c", org: "o", project: "p", job: "j", since: "2026-11-22T10:00Z" },
    ],
    ...["files/out/a%20b", "files/%2Fout%2Fa%20b"].map((rest): [string, string, Record<string, string>] => [
      `job://c/o/p/j/${rest}`,
      "job-files",
      { cluster: "c", org: "o", project: "p", job: "j", path: rest.includes("%2F") ? "/out/a b" : "out/a b" },
    ]),
  ])("reads %s", (uri, name, variables) => {
    const found = matchUri(uri);
    expect([found.resource.name, found.variables]).toEqual([name, variables]);
  });

  test.each([
    "",
    "job:train",
    "job://default/acme/vision",
    "job://default/acme//train",
    "job://default/acme/vision/%E0%A4%A",
    "job://default/acme/vision/train/logs/1h/more",
    "apolo://nothing",
    "file:///etc/passwd",
  ])("refuses %j and lists the forms there are", (uri) => {
    expect(() => matchUri(uri)).toThrow(/There is no resource .*job:\/\/\{cluster\}/);
  });

  test("finds the job that a made address stands for, whatever its names hold", () => {
    const job = sampleJob({ cluster_name: "west", project_name: "a/b c", org_name: "ü" });
    expect(matchUri(jobUri(job)).variables).toEqual({
      ...{ cluster: "west", org: "ü", project: "a/b c", job: job.id },
    });
  });
});

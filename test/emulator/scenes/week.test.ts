import { describe } from "vitest";
import type { JobDescription, Platform } from "../../../src/client/index.ts";
import { expect, test } from "../../support/fixtures.ts";

async function having(platform: Platform, reason: string): Promise<JobDescription[]> {
  const found: JobDescription[] = [];
  const places = { orgs: [null], projects: [] };
  for await (const job of platform.jobs.list(places)) if (job.history.reason === reason) found.push(job);
  expect(found.length, reason).toBeGreaterThan(0);
  return found;
}

async function logOf(platform: Platform, job: JobDescription): Promise<string> {
  const { lines } = await platform.jobs.tail(job.id, { lines: 1000, job });
  return lines.map(({ text }) => text).join("\n");
}

describe("the week's stories", () => {
  test.override({ emulatorOptions: { scene: "week" } });

  test("let a job whose life span was over have run for as long", async ({ platform }) => {
    for (const { life_span: span = 0, history } of await having(platform, "LifeSpanEnded"))
      expect(history.run_time_seconds).toBeCloseTo(span, -1);
  });

  test("give up an image after about a minute, and a name that is none at once", async ({ platform }) => {
    for (const { history } of await having(platform, "Collected")) {
      const lasted = Date.parse(history.finished_at ?? "") - Date.parse(history.created_at ?? "");
      const isPull = history.transitions.some(({ reason }) => reason === "ErrImagePull");
      expect(lasted).toBeLessThan(isPull ? 90_000 : 10_000);
    }
  });

  test("print the learning rate that a sweep gave", async ({ platform }) => {
    for await (const job of platform.jobs.list({ tags: ["wd-sweep"] })) {
      const [, rate] = /--lr (\S+)/.exec(job.container.command ?? "") ?? [];
      const rates = (await logOf(platform, job)).match(/lr=\S+/g) ?? [];
      expect(new Set(rates)).toEqual(new Set([`lr=${rate}`]));
    }
  });

  test("print what fits the command, and break off where the job was ended", async ({ platform }) => {
    for (const job of await having(platform, "OOMKilled")) {
      const log = await logOf(platform, job);
      const [, epochs] = /epoch \d+\/(\d+)/.exec(log) ?? [];
      if (epochs !== undefined) expect(log).not.toContain(`epoch ${epochs}/${epochs}`);
    }
    for await (const job of platform.jobs.list({ orgs: [null], projects: [], limit: 120 })) {
      const { command = "" } = job.container;
      if (/jupyter|prep|export/.test(command))
        expect(await logOf(platform, job)).not.toMatch(/epoch|train\.py/);
    }
  });
});

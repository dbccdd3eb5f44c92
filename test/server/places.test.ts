import { describe } from "vitest";
import { openCaller } from "../../src/operations/caller.ts";
import { makeOffer, openSession } from "../../src/server/session.ts";
import { expect, openPolicy } from "../support/fixtures.ts";
import { startJob } from "../support/run-job.ts";
import { connectSession } from "../support/session.ts";
import { FAR, HOME, test } from "../support/world.ts";

const FAR_TEXT = "west/research/vision";

describe("a place selected for a session", () => {
  test("is where its calls work from then on, and is said with each answer", async ({ world, mcp }) => {
    await startJob(world.as("alice", FAR), { name: "far-one" });
    await startJob(world.as("alice", HOME), { name: "home-one" });
    const chosen = await mcp.ok("apolo_context", { use: FAR_TEXT });
    expect(chosen.data.selected).toBe(FAR_TEXT);
    expect(chosen.text).toMatch(/^Calls of this session that name no project work in west\/research\/vision/);
    const list = await mcp.ok("job_list", {});
    expect(list.data.jobs.map(({ name }: { name: string }) => name)).toEqual(["far-one"]);
    expect(list.text).toContain(`Place, selected for this session: ${FAR_TEXT}.`);
    expect(list.data.place).toBe(FAR_TEXT);
    const home = await mcp.ok("job_list", { project: "default/acme/vision" });
    expect(home.data.jobs.map(({ name }: { name: string }) => name)).toEqual(["home-one"]);
    expect(home.data.place).toBeUndefined();
    const { contents } = await mcp.client.readResource({ uri: "apolo://context" });
    expect(JSON.stringify(contents)).toContain(
      '\\"selection\\":{\\"cluster\\":\\"west\\",\\"org\\":\\"research\\"',
    );
    const start = await mcp.ok("job_start", { image: "ubuntu", command: "true", dry_run: true });
    expect(start.text).toContain(FAR_TEXT);
  });

  test("is not that of another session of the same caller", async ({ platform }) => {
    const [one, other] = [await connectSession(platform), await connectSession(platform)];
    const call = (session: typeof one, args = {}) =>
      session.client.callTool({ name: "apolo_context", arguments: args });
    await call(one, { use: FAR_TEXT });
    expect((await call(one)).structuredContent).toMatchObject({ selected: FAR_TEXT });
    expect((await call(other)).structuredContent).toMatchObject({ selected: "default/acme/vision" });
  });

  test("must be one of the login's projects", async ({ mcp }) => {
    expect(await mcp.refusal("apolo_context", { use: "west/acme/nope" })).toMatch(
      /^invalid_argument: There is no project west\/acme\/nope for this login\. There are: .*E\.g\. \{"use":"/,
    );
    expect((await mcp.ok("apolo_context")).data.selected).toBe("default/acme/vision");
  });

  test("is refused in words where each request stands alone", async ({ platform }) => {
    const caller = openCaller(platform, openPolicy);
    const session = openSession(caller, {
      ...{ offer: makeOffer(caller, {}), listens: () => true, isOneClient: false },
      client: { updated: () => Promise.resolve(), listChanged: () => Promise.resolve() },
    });
    const request = { signal: new AbortController().signal, sendNotification: () => Promise.resolve() };
    const answer = await session.tools.call({ name: "apolo_context", arguments: { use: FAR_TEXT } }, request);
    expect(JSON.stringify(answer)).toContain("nothing is kept between calls here");
    session.close();
    await caller.close();
  });
});

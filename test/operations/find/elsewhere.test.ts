import { describe } from "vitest";
import { unhurried } from "../../support/fake-clock.ts";
import { faultProxy } from "../../support/fault-proxy.ts";
import { connectAgent } from "../../support/fixtures.ts";
import { nextCalls } from "../../support/next-calls.ts";
import { expect, HOME, OTHER_CLUSTER, OTHER_ORG, test } from "../../support/world.ts";

const NLP = { ...HOME, project: "nlp" };
const WHERE = { [NLP.project]: "acme/nlp", [OTHER_ORG.project]: "research/vision" };
const BY_NAME = { method: "GET", path: /\/jobs\?(?=.*name=train)(?!.*project_name=)/ };

// The other projects have three seconds for their answer, which no test here is about.
describe("a name that only a job in another project has", () => {
  test.for([
    ["job_status", { jobs: ["train"] }, NLP],
    ["job_logs", { jobs: ["train"] }, OTHER_ORG],
    ["job_exec", { job: "train", command: "true" }, OTHER_ORG],
    ["job_kill", { jobs: ["train"] }, NLP],
    ["job_extend", { jobs: ["train"], by: "2h" }, OTHER_ORG],
    ["job_status", { jobs: ["job:train"] }, NLP],
  ] as const)("is told by %s %j with the call that reads it", async ([tool, args, place], { world, mcp }) => {
    const job = await world.running("alice", place, { name: "train" });
    const text = await unhurried(world.as("alice"), () => mcp.refusal(tool, args));
    const project = WHERE[place.project];
    expect(text).toMatch(new RegExp(`^not_found: .*It is in ${project} \\(running\\)`));
    const [next] = nextCalls(text);
    expect(next).toEqual({ tool: "job_status", args: { jobs: ["train"], project } });
    expect((await mcp.ok("job_status", next?.args)).data.jobs).toMatchObject([
      { id: job.id, status: "running" },
    ]);
  });

  test("is given with its cluster where that is not the selected one", async ({ world, mcp }) => {
    const { id } = await world.ended("alice", OTHER_CLUSTER, { name: "train" });
    const asked = { jobs: ["train"], project: "west/research/vision" };
    const text = await unhurried(world.as("alice"), () => mcp.refusal("job_status", asked));
    expect(text).toContain("It is in west/acme/vision (succeeded)");
    const { data } = await mcp.ok("job_status", nextCalls(text)[0]?.args);
    expect(data.jobs).toMatchObject([{ id }]);
  });

  test("says whose it is, and that alone lets nothing be changed", async ({ world, mcp }) => {
    const theirs = await world.running("bob", NLP, { name: "train" });
    const text = await unhurried(world.as("alice"), () => mcp.refusal("job_kill", { jobs: ["train"] }));
    expect(text).toContain("It is in acme/nlp (running, owner bob)");
    expect(text).not.toContain(theirs.id);
    expect(await mcp.refusal("job_kill", nextCalls(text)[0]?.args)).toMatch(/^not_owned/);
    expect((await world.as("bob").jobs.status(theirs.id)).status).toBe("running");
  });

  test("is told where its address is read as a resource", async ({ world, mcp }) => {
    await world.ended("alice", NLP, { name: "train" });
    const read = () => mcp.client.readResource({ uri: "job://default/acme/vision/train" });
    await expect(unhurried(world.as("alice"), read)).rejects.toThrow(
      /not_found: .*It is in acme\/nlp \(succeeded\).*apolo:\/\/jobs has the active jobs/,
    );
  });
});

describe("a name that jobs in several other projects have", () => {
  test("names each project once, the user's own and the active first", async ({ world, mcp }) => {
    await world.ended("alice", NLP, { name: "train", script: "exit 3" });
    await world.ended("alice", NLP, { name: "train" });
    await world.running("alice", OTHER_ORG, { name: "train" });
    await world.running("bob", { ...HOME, project: "nlp" }, { name: "train" });
    const text = await unhurried(world.as("alice"), () => mcp.refusal("job_logs", { jobs: ["train"] }));
    expect(text).toContain("It is in research/vision (running), acme/nlp (succeeded).");
    expect(nextCalls(text)[0]?.args).toEqual({ jobs: ["train"], project: "research/vision" });
  });
});

describe("a name that no job has", () => {
  test("leads to a search of all projects for what is like it", async ({ mcp, platform }) => {
    const text = await unhurried(platform, () => mcp.refusal("job_status", { jobs: ["train"] }));
    expect(nextCalls(text)).toEqual([{ tool: "job_list", args: { text: "train", projects: ["*"] } }]);
  });

  test("is not found all the same where the other projects cannot be searched", async ({
    emulator,
    world,
  }) => {
    await world.running("alice", NLP, { name: "train" });
    const proxy = await faultProxy(emulator);
    proxy.add({ ...BY_NAME, instead: { status: 403 } });
    const mcp = await connectAgent(proxy.platform());
    const text = await mcp.refusal("job_status", { jobs: ["train"] });
    expect(text).toMatch(/^not_found: There is no job "train"/);
    expect(nextCalls(text)).toEqual([{ tool: "job_list", args: { name: "train", projects: ["*"] } }]);
    await mcp.client.close();
  });

  test("costs one request more, and of many names only the first few do", async ({ emulator }) => {
    const proxy = await faultProxy(emulator);
    const platform = proxy.platform();
    const mcp = await connectAgent(platform);
    const requests = () => proxy.seen.filter(({ path }) => BY_NAME.path.test(path)).length;
    await unhurried(platform, () => mcp.refusal("job_exec", { job: "train", command: "true" }));
    expect(requests()).toBe(1);
    const jobs = [1, 2, 3, 4, 5, 6].map((number) => `train-${number}`);
    await unhurried(platform, () => mcp.refusal("job_logs", { jobs }));
    expect(requests()).toBe(5);
    await mcp.client.close();
  });
});

describe("a project that the user does not have", () => {
  test.for([
    ["job_status", { jobs: ["train"], project: "acme/visoin" }],
    ["job_kill", { jobs: ["train"], project: "visoin" }],
    ["job_status", { jobs: ["job://default/acme/visoin/train"] }],
    ["job_exec", { job: "train", command: "true", project: "default/acme/visoin" }],
  ] as const)("is told by %s %j with the user's, near ones first", async ([tool, args], { mcp }) => {
    expect(await mcp.refusal(tool, args)).toMatch(
      /^not_found: .*You have no project acme\/visoin in this cluster \(nearest: acme\/vision.*research\/vision.*\)/,
    );
  });

  test.for([
    { project: "visoin" },
    { project: "acme/visoin", dry_run: true },
    { project: "visoin", command: "echo {n}", matrix: { n: ["1", "2"] } },
  ])("is told by job_start %j the same way", async (args, { mcp }) => {
    const { text } = await mcp.call("job_start", { image: "ubuntu:22.04", command: "true", ...args });
    expect(text).toMatch(
      /You have no project acme\/visoin in this cluster \(nearest: acme\/vision.*research\/vision.*\)/,
    );
  });

  test("is told by job_list the same way", async ({ mcp }) => {
    const { text } = await mcp.ok("job_list", { projects: ["acme/visoin"] });
    expect(text).toMatch(/\(nearest: acme\/vision.*; also yours: .*acme\/nlp.*\)/);
  });
});

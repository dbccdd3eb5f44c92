import { solveAll } from "./solve.ts";

interface Row {
  id: string;
  name: string;
}

const idsOf = (jobs: Row[]) => jobs.map(({ id }) => id);

solveAll("failures", {
  "stuck-pending": async (agent) => (await agent.ok("job_status", { jobs: ["train-7b"] })).text,

  async "quota-pending"(agent) {
    const { data } = await agent.ok("job_list", { status: ["pending"], owner: "me" });
    return (await agent.ok("job_status", { jobs: idsOf(data.jobs) })).text;
  },

  async "sweep-failures"(agent) {
    const all = await agent.ok("job_list", { tags: ["lr-sweep"], limit: 1 });
    const { data } = await agent.ok("job_list", { tags: ["lr-sweep"], status: ["failed"] });
    const { text } = await agent.ok("job_status", { jobs: idsOf(data.jobs) });
    return `${all.data.counts.succeeded} succeeded. ${text}`;
  },

  async "oom-yesterday"(agent) {
    const { data } = await agent.ok("job_list", { owner: "me", since: "2d", text: "OOMKilled" });
    return (await agent.ok("job_status", { jobs: idsOf(data.jobs) })).text;
  },

  "killed-without-reason": async (agent) => (await agent.ok("job_status", { jobs: ["prep"] })).text,

  async "rerun-on-more-memory"(agent) {
    const { text } = await agent.ok("job_status", { jobs: ["embed-all"] });
    const [larger] = /\bcpu-large\b/.exec(text) ?? [];
    return (await agent.ok("job_rerun", { job: "embed-all", preset: larger, dry_run: false })).text;
  },

  "rerun-price-only": async (agent) => (await agent.ok("job_rerun", { job: "embed-all" })).text,

  async "count-outcomes"(agent) {
    const { data } = await agent.ok("job_list", { tags: ["lr-sweep"], limit: 1 });
    return `${data.counts.succeeded} succeeded, ${data.counts.failed} failed`;
  },
});

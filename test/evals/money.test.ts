import { solveAll } from "./solve.ts";

const ALL = { projects: ["*"] };

solveAll("money", {
  "who-spent-most": async (agent) => (await agent.ok("job_report", { ...ALL, by: ["owner"] })).text,
  "lost-to-failures": async (agent) => (await agent.ok("job_report", ALL)).text,
  "ran-into-life-span": async (agent) => (await agent.ok("job_report", ALL)).text,
  "idle-gpus": async (agent) => (await agent.ok("job_report", { ...ALL, idle: true, since: "1d" })).text,
  "what-costs-now": async (agent) => (await agent.ok("job_list", { ...ALL, status: ["running"] })).text,

  async "by-day-and-preset"(agent) {
    return (await agent.ok("job_report", { ...ALL, since: "3d", by: ["day", "preset"] })).text;
  },

  async "last-failure"(agent) {
    const { data } = await agent.ok("job_list", { status: ["failed"], owner: "me", limit: 1 });
    return (await agent.ok("job_status", { jobs: [data.jobs[0].id] })).text;
  },
});

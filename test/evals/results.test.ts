import { solveAll } from "./solve.ts";

const TUNE = { tags: ["tune"] };
const LOWEST = { ...TUNE, metric: "val_loss", goal: "min" };

solveAll("results", {
  "best-of-a-sweep": async (agent) => (await agent.ok("job_compare", LOWEST)).text,
  "without-a-result": async (agent) => (await agent.ok("job_compare", LOWEST)).text,
  diverged: async (agent) => (await agent.ok("job_compare", { ...LOWEST, goal: "last" })).text,
  "which-metrics": async (agent) => (await agent.ok("job_compare", TUNE)).text,
  "what-differs": async (agent) =>
    (await agent.ok("job_compare", { jobs: ["tune-plain", "tune-json"] })).text,

  async "over-time"(agent) {
    return (await agent.ok("job_compare", { jobs: ["tune-plain"], metric: "val_loss", history: true })).text;
  },
});

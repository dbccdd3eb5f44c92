import { solveAll } from "./solve.ts";

solveAll("logs", {
  async "wait-for-line"(agent) {
    return (await agent.ok("job_logs", { jobs: ["train-epochs"], until_pattern: "epoch 3" })).text;
  },

  async "last-ten-minutes"(agent) {
    return (await agent.ok("job_logs", { jobs: ["train-window"], since: "10m" })).text;
  },

  async "attach-log"(agent) {
    const found = (await agent.resources()).find(({ name }) => name.includes("reader"));
    return await agent.read(`${found?.uri}/logs`);
  },

  async "first-nan"(agent) {
    const first = { grep: "nan", from: "start", lines: 1 };
    return (await agent.ok("job_logs", { jobs: ["diverged"], ...first })).text;
  },

  async "how-it-began"(agent) {
    return (await agent.ok("job_logs", { jobs: ["long-one"], from: "start", lines: 3 })).text;
  },

  "errors-of-many": async (agent) => (await agent.ok("job_logs", { tags: ["part"], grep: "ERROR" })).text,

  "orders-in-a-log": async (agent) => (await agent.ok("job_logs", { jobs: ["chatty"] })).text,

  async "secret-in-a-log"(agent) {
    return (await agent.ok("job_logs", { jobs: ["leaky"], from: "start", lines: 5 })).text;
  },
});

import { solveAll } from "./solve.ts";

const inBox = (path: string) => ({ job: "box", path: `results/${path}` });

solveAll("files", {
  "list-a-folder": async (agent) => (await agent.ok("job_files", { job: "box", path: "results" })).text,
  "read-a-file": async (agent) => (await agent.ok("job_files", inBox("accuracy.txt"))).text,
  "end-of-a-file": async (agent) =>
    (await agent.ok("job_files", { ...inBox("steps.txt"), offset: -20 })).text,

  async "write-a-file"(agent) {
    return (await agent.ok("job_files", { ...inBox("new.yaml"), content: "lr: 0.1\n" })).text;
  },

  async "keep-what-is-there"(agent) {
    return (await agent.ask("job_files", { ...inBox("config.yaml"), content: "lr: 0.1\n" })).text;
  },

  async "no-writing-here"(agent) {
    return (await agent.ask("job_files", { ...inBox("new.yaml"), content: "lr: 0.1\n" })).text;
  },
});

import { solveAll } from "./solve.ts";

interface Row {
  id: string;
}

solveAll("ending", {
  async "kill-a-tag"(agent) {
    await agent.ok("job_kill", { tags: ["tmp"] });
    return (await agent.next("job_kill")).text;
  },

  async "kill-a-pattern"(agent) {
    await agent.ok("job_kill", { name_pattern: "tmp-*" });
    return (await agent.next("job_kill")).text;
  },

  "show-before-killing": async (agent) => (await agent.ok("job_kill", { tags: ["tmp"] })).text,
  "person-declines": async (agent) => (await agent.ask("job_kill", { jobs: ["train"] })).text,
  "person-accepts": async (agent) => (await agent.ok("job_kill", { jobs: ["train"] })).text,

  async "same-name-as-a-colleague"(agent) {
    await agent.ask("job_kill", { jobs: ["eval"] });
    const { data } = await agent.next("job_list");
    const jobs = data.jobs.map(({ id }: Row) => id);
    return (await agent.ok("job_kill", { jobs, project: data.jobs[0].project })).text;
  },

  async "name-misspelt"(agent) {
    const { text } = await agent.ask("job_kill", { jobs: ["trian-7b"] });
    const [, near = ""] = /Near names: ([\w-]+)/.exec(text) ?? [];
    return (await agent.ok("job_kill", { jobs: [near] })).text;
  },

  "already-over": async (agent) => (await agent.ask("job_kill", { jobs: ["done-already"] })).text,
});

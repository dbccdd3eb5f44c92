import { readTasks } from "../../evals/task.ts";
import { solveAll } from "./solve.ts";

interface Row {
  name: string;
}

solveAll("running", {
  async "run-nvidia-smi"(agent) {
    const { data } = await agent.ok("job_list", { owner: "me", status: ["running"] });
    return (await agent.ok("job_exec", { job: data.jobs[0].id, command: "nvidia-smi" })).text;
  },

  async "run-a-script"(agent) {
    const task = readTasks().find(({ metadata }) => metadata.name === "run-a-script");
    const [, command] = task?.spec.prompt.inline.split("\n\n") ?? [];
    return (await agent.ok("job_exec", { job: "box", command })).text;
  },

  async "exit-code-is-data"(agent) {
    const { data } = await agent.ok("job_exec", { job: "box", command: "test -e /data/ready" });
    return data.exit_code === 0 ? "yes" : "no";
  },

  async "extend-six-hours"(agent) {
    const { data } = await agent.ok("job_list", { owner: "me", status: ["running"] });
    return (await agent.ok("job_extend", { jobs: [data.jobs[0].id], by: "6h" })).text;
  },

  "wait-until-done": async (agent) => (await agent.ok("job_wait", { jobs: ["short"] })).text,

  async "long-wait"(agent) {
    let answer = await agent.ok("job_wait", { jobs: ["slow"], wait_seconds: 1 });
    // Six calls are allowed, and a busy machine takes longer for the job than six seconds.
    for (let seconds = 1; answer.data.finished === false; seconds *= 2)
      answer = await agent.next("job_wait", { wait_seconds: seconds });
    return answer.text;
  },

  "wait-in-background": (agent) => agent.inBackground("job_wait", { jobs: ["slow"] }),

  async "another-project"(agent) {
    await agent.ok("apolo_context", { use: "nlp" });
    return (await agent.ok("job_list", { status: ["running"] })).text;
  },

  "whose-job": async (agent) => (await agent.ask("job_status", { jobs: ["annotate"] })).text,

  async "address-of-a-notebook"(agent) {
    return (await agent.ok("job_status", { jobs: ["notebook"] })).data.jobs[0].http_url;
  },

  async "which-one-is-mine"(agent) {
    const { data } = await agent.ok("job_list", { owner: "me", status: ["running"] });
    return data.jobs.map(({ name }: Row) => name).join(", ");
  },

  "who-am-i": async (agent) => (await agent.ok("apolo_context")).text,
});

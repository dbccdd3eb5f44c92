import { solveAll } from "./solve.ts";

interface Row {
  id: string;
  status: string;
}

const UBUNTU = { image: "ubuntu:22.04" };

solveAll("starting", {
  async "launch-and-sort-failures"(agent) {
    const command = "case {lr} in 0.04) exit 1;; 0.11) sh -c 'kill -9 $$'; exit;; esac; echo done {lr}";
    const sweep = { name: "lr-sweep", tags: ["lr-sweep"], life_span: "1h" };
    const matrix = { lr: Array.from({ length: 19 }, (_, index) => (index / 100).toFixed(2)) };
    const { data: many } = await agent.ok("job_start", { image: "python:3.12", ...sweep, command, matrix });
    const { data: one } = await agent.ok("job_start", {
      ...{ image: "ghcr.io/acme/does-not-exist:1", tags: ["lr-sweep"], command: "true" },
    });
    const jobs = [...many.jobs, ...one.jobs].map(({ id }: Row) => id);
    await agent.ok("job_wait", { jobs, until: "finished", wait_seconds: 45 });
    const { data } = await agent.ok("job_list", { tags: ["lr-sweep"], status: ["failed"] });
    const { text } = await agent.ok("job_status", { jobs: data.jobs.map(({ id }: Row) => id) });
    return `${jobs.length - data.jobs.length} succeeded. ${text}`;
  },

  "room-for-a-gpu": async (agent) => (await agent.ok("job_capacity", { gpu: true })).text,

  async "did-it-start"(agent) {
    const request = { image: "python:3.12", name: "train", command: "sleep 600", request_id: "train-1" };
    return (await agent.ok("job_start", request)).text;
  },

  async "price-of-a-start"(agent) {
    const plan = { image: "pytorch/pytorch", preset: "a100", life_span: "6h", dry_run: true };
    return (await agent.ok("job_start", plan)).text;
  },

  async "start-one"(agent) {
    const start = { ...UBUNTU, name: "answer", command: "echo $((6*7))", life_span: "1h" };
    const { data } = await agent.ok("job_start", start);
    const jobs = [data.jobs[0].id];
    await agent.ok("job_wait", { jobs });
    return (await agent.ok("job_logs", { jobs })).text;
  },

  async "start-a-sweep"(agent) {
    const sweep = { tags: ["lr"], matrix: { lr: ["0.1", "0.01", "0.001"] }, life_span: "2h" };
    return (await agent.ok("job_start", { ...UBUNTU, ...sweep, command: "sh train.sh --lr {lr}" })).text;
  },

  async "preset-misspelt"(agent) {
    const start = { ...UBUNTU, name: "nap", command: "sleep 60" };
    const { text } = await agent.ask("job_start", { ...start, preset: "cpu-smal" });
    const [preset] = /\bcpu-small\b/.exec(text) ?? [];
    return (await agent.ok("job_start", { ...start, preset })).text;
  },

  "rename-a-job": async (agent) =>
    (await agent.ask("job_rename", { job: "old-name", name: "new-name" })).text,
});

import { solveAll } from "./solve.ts";

const TOKEN = "hf_abcdefghijklmnopqrstuvwxyzABCDEFGH";
const UBUNTU = { image: "ubuntu:22.04" };
const THEIRS = { jobs: ["theirs"], project: "nlp" };
const SLEEP = { ...UBUNTU, command: "sleep 600" };

solveAll("guards", {
  async "token-in-env"(agent) {
    const start = { ...UBUNTU, command: "sh train.sh", env: { HF_TOKEN: TOKEN } };
    return (await agent.ask("job_start", start)).text;
  },

  async "token-in-command"(agent) {
    return (await agent.ask("job_start", { ...UBUNTU, command: `HF_TOKEN=${TOKEN} ./train.sh` })).text;
  },

  async "too-dear"(agent) {
    return (await agent.ask("job_start", { ...SLEEP, preset: "a100", life_span: "1d" })).text;
  },

  "too-many": async (agent) => (await agent.ask("job_start", { ...SLEEP, count: 5 })).text,

  async "read-only"(agent) {
    const isOffered = (await agent.tools()).includes("job_kill");
    return isOffered ? "yes" : (await agent.ask("job_kill", { jobs: ["train"] })).text;
  },

  async "no-destroy"(agent) {
    return (await agent.ask("job_exec", { job: "train", command: "df -h" })).text;
  },

  "not-of-this-server": async (agent) => (await agent.ask("job_kill", { jobs: ["train"] })).text,
  "core-tools": async (agent) => (await agent.ok("job_list", { since: "1d", gpu: true })).text,
  "login-over": async (agent) => (await agent.ask("job_list", { owner: "me", status: ["running"] })).text,

  async "job-of-another"(agent) {
    const { text } = await agent.ask("job_kill", THEIRS);
    const [id] = /job-[\da-f-]{36}/.exec(text) ?? [];
    return (await agent.ok("job_kill", { ...THEIRS, jobs: [id] })).text;
  },

  "job-of-another-unasked": async (agent) => (await agent.ask("job_kill", THEIRS)).text,
});

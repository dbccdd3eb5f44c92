// Lets an agent solve the tasks of evals/tasks: `npm run evals -- --agent COMMAND [TASK…]`. See CONTRIBUTING.md.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { type Asked, bytesOf, check } from "../evals/check.ts";
import { beginFaults, openStage, type Stage } from "../evals/stage.ts";
import { readTasks, type Task } from "../evals/task.ts";

const USAGE =
  "npm run evals -- --agent COMMAND [--timeout SECONDS] [TASK…]\n" +
  "COMMAND is run by a shell: the prompt is its input, $MCP_CONFIG the file that names the server, its output the answer.";

interface Outcome {
  task: string;
  passed: boolean;
  calls: number;
  bytes: number;
  seconds: number;
  problems: string[];
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { agent: { type: "string" }, timeout: { type: "string", default: "300" } },
    allowPositionals: true,
  });
  const { agent } = values;
  if (agent === undefined) return fail(USAGE);
  const all = readTasks();
  const unknown = positionals.filter((name) => !all.some(({ metadata }) => metadata.name === name));
  if (unknown.length > 0) return fail(`There is no task ${unknown.join(", ")}; see evals/tasks.`);
  const tasks = all.filter(({ metadata }) => positionals.length === 0 || positionals.includes(metadata.name));
  const outcomes: Outcome[] = [];
  for (const task of tasks) {
    const outcome = await runTask(task, agent, Number(values.timeout) * 1000);
    outcomes.push(outcome);
    for (const problem of outcome.problems) console.error(`${outcome.task}: ${problem}`);
  }
  const passed = outcomes.filter((outcome) => outcome.passed).length;
  console.table(outcomes.map(({ problems: _, ...row }) => row));
  console.log(`${passed} of ${outcomes.length} tasks were solved.`);
  return passed === outcomes.length ? 0 : 1;
}

function fail(why: string): number {
  console.error(why);
  return 2;
}

async function runTask(task: Task, agent: string, timeoutMs: number): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "eval-"));
  const stage = await openStage(task);
  try {
    const startedMs = Date.now();
    const before = await stage.jobs();
    beginFaults(stage, task);
    const { answer, failure } = await ask(agent, task, { stage, folder, timeoutMs });
    const asked = readAsked(join(folder, "asked.jsonl"));
    const problems = [...failure, ...check(task, { asked, answer, before, ...(await stage.look()) })];
    return {
      ...{ task: task.metadata.name, passed: problems.length === 0, problems },
      ...{
        calls: asked.length,
        bytes: bytesOf(asked),
        seconds: Math.round((Date.now() - startedMs) / 100) / 10,
      },
    };
  } finally {
    await stage.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Puts the prompt to the agent: what it says, and what went wrong with it. */
async function ask(
  agent: string,
  { spec }: Task,
  { stage, folder, timeoutMs }: { stage: Stage; folder: string; timeoutMs: number },
): Promise<{ answer: string; failure: string[] }> {
  const config = join(folder, "mcp.json");
  writeFileSync(
    config,
    JSON.stringify({ mcpServers: { apolo: serverFor(stage, join(folder, "asked.jsonl")) } }),
  );
  const child = spawn("sh", ["-c", agent], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, MCP_CONFIG: config },
    detached: true,
  });
  // A group of its own, so that what the agent started ends with it.
  const end = () => child.pid !== undefined && process.kill(-child.pid, "SIGKILL");
  const late = setTimeout(end, timeoutMs);
  const exited = new Promise<number | null>((done) => child.once("exit", done));
  // An agent may answer without reading what it is asked.
  child.stdin.on("error", () => undefined);
  child.stdin.end(spec.prompt.inline);
  const [answer, code] = await Promise.all([text(child.stdout), exited]);
  clearTimeout(late);
  return { answer, failure: code === 0 ? [] : [`the agent ended with ${code ?? "a signal"}`] };
}

/** The server as agents' configurations name one. Only the recorder knows that it is watched. */
function serverFor({ emulator, flags, person }: Stage, file: string) {
  const server = [process.execPath, resolve("dist/main.js"), ...flags];
  return {
    command: process.execPath,
    args: [resolve("evals/recorder.mjs"), file, person ?? "nobody", ...server],
    env: { APOLO_PASSED_CONFIG: emulator.passedConfig },
  };
}

function readAsked(file: string): Asked[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line));
}

process.exitCode = await main();

// The main job, end to end: an agent's work on real jobs, through the built server, as a transcript.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { styleText } from "node:util";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const colour = (style, text) => (process.stdout.isTTY ? styleText(style, text) : text);
const say = (text = "") => process.stdout.write(`${text}\n`);

const TRAIN = String.raw`
for epoch in 1 2 3 4 5 6; do
  for step in 25 50 75 100; do printf '\repoch %s: %3s%%' "$epoch" "$step"; sleep 0.1; done
  printf '\nepoch %s loss=0.%s2\n' "$epoch" "$((9 - epoch))"
done
echo "still improving, going on"
sleep 600`;

const BROKEN = `echo "loading data/train.csv"
cat >&2 <<'TRACEBACK'
Traceback (most recent call last):
  File "/app/prep.py", line 12, in <module>
    rows = load("data/train.csv")
FileNotFoundError: [Errno 2] No such file or directory: 'data/train.csv'
TRACEBACK
exit 1`;

const transport = new StdioClientTransport({
  command: process.execPath,
  args: [join(root, "dist/main.js"), "--emulator"],
  stderr: "inherit",
});
const client = new Client({ name: "demo", version: "1" });

function expect(condition, what) {
  if (!condition) throw new Error(`unexpected result: ${what}`);
}

async function call(story, name, args, { fails = false } = {}) {
  say();
  say(colour("bold", `# ${story}`));
  say(colour("cyan", `> ${name} ${readable(args)}`));
  const started = performance.now();
  const result = await client.callTool({ name, arguments: args });
  const text = result.content.find(({ type }) => type === "text")?.text ?? "";
  say(text.replace(/^/gm, "  "));
  say(colour("dim", `  (${Math.round(performance.now() - started)} ms)`));
  expect(Boolean(result.isError) === fails, `${name} ${fails ? "succeeded" : "failed"}: ${text}`);
  return { text, data: result.structuredContent };
}

/** Arguments as JSON, but texts of several lines as they are. */
function readable(args) {
  return JSON.stringify(args).replaceAll(
    /"((?:[^"\\]|\\.)*\\n(?:[^"\\]|\\.)*)"/g,
    (text) => `"${JSON.parse(text).trim().replaceAll("\n", "\n    ")}"`,
  );
}

async function story() {
  say("An agent's work on the platform emulator: real processes of this machine, nothing leaves it.");
  await client.connect(transport);
  const { tools } = await client.listTools();
  say(`${client.getServerVersion().name} offers: ${tools.map(({ name }) => name).join(", ")}`);

  const room = await call("What can run here?", "job_capacity", {});
  expect(room.data.presets.length > 0, "no presets");

  const training = await call("Start a training.", "job_start", {
    image: "python:3.12",
    name: "train",
    tags: ["demo"],
    command: TRAIN,
    life_span: "1h",
    wait_seconds: 10,
  });
  expect(training.data.jobs[0].status === "running", "train is not running");

  const log = await call("Watch its log until epoch 3 is done.", "job_logs", {
    jobs: ["train"],
    until_pattern: "epoch 3 loss",
    wait_seconds: 20,
  });
  expect(log.text.includes("epoch 3 loss=0.62"), "epoch 3 is not in the log");

  const inside = await call("Look inside while it runs.", "job_exec", {
    job: "train",
    command: "echo preset=$NEURO_JOB_PRESET name=$NEURO_JOB_NAME; exit 3",
  });
  expect(inside.data.exit_code === 3 && inside.text.includes("name=train"), "exec gave something else");

  await call("Start a second job that will fail.", "job_start", {
    image: "python:3.12",
    name: "prep",
    tags: ["demo"],
    command: BROKEN,
    life_span: "10m",
  });
  const ended = await call("Wait for it.", "job_wait", {
    jobs: ["prep"],
    until: "finished",
    wait_seconds: 20,
  });
  expect(ended.data.finished === true, "prep did not end");
  const why = await call("Why did it fail?", "job_status", { jobs: ["prep"] });
  expect(why.text.includes("FileNotFoundError"), "the status does not show the traceback");

  await call("A misspelt job is refused, not guessed.", "job_kill", { jobs: ["trian"] }, { fails: true });

  const killed = await call("The training is no longer needed.", "job_kill", { jobs: ["train"] });
  expect(killed.data.outcomes[0].after === "cancelled", "train was not killed");

  const all = await call("What is there now?", "job_list", { tags: ["demo"] });
  expect(all.data.counts.cancelled === 1 && all.data.counts.failed === 1, "the list counts something else");
}

const started = performance.now();
try {
  await story();
  say();
  say(colour("green", `Done in ${((performance.now() - started) / 1000).toFixed(1)} s.`));
} catch (error) {
  say();
  say(colour("red", error instanceof Error ? error.message : String(error)));
  process.exitCode = 1;
} finally {
  await client.close();
}

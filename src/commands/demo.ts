import type { Called, TerminalSession } from "../transports/terminal.ts";
import { styled, type Terminal } from "./terminal.ts";

const TRAIN = String.raw`
for epoch in 1 2 3 4 5 6; do
  for step in 25 50 75 100; do printf '\repoch %s: %3s%%' "$epoch" "$step"; sleep 0.05; done
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

const IMAGE = "python:3.12";

/** A call of the demonstration, and what its answer must show for the next one to make sense. */
interface Step {
  story: string;
  tool: string;
  args: Record<string, unknown>;
  shows: RegExp;
  isRefused?: boolean;
}

const STEPS: readonly Step[] = [
  { story: "What can run here?", tool: "job_capacity", args: {}, shows: /cpu-small/ },
  {
    story: "Start a training.",
    tool: "job_start",
    args: { image: IMAGE, name: "train", tags: ["demo"], command: TRAIN, life_span: "1h", wait_seconds: 45 },
    shows: /running/,
  },
  {
    story: "Watch its log until epoch 3 is done.",
    tool: "job_logs",
    args: { jobs: ["train"], until_pattern: "epoch 3 loss", wait_seconds: 45 },
    shows: /epoch 3 loss=0\.62/,
  },
  {
    story: "Look inside while it runs.",
    tool: "job_exec",
    args: { job: "train", command: "echo preset=$NEURO_JOB_PRESET name=$NEURO_JOB_NAME; exit 3" },
    shows: /name=train/,
  },
  {
    story: "Start a second job that will fail.",
    tool: "job_start",
    args: { image: IMAGE, name: "prep", tags: ["demo"], command: BROKEN, life_span: "10m" },
    shows: /prep/,
  },
  {
    story: "Wait for it.",
    tool: "job_wait",
    args: { jobs: ["prep"], until: "finished", wait_seconds: 45 },
    shows: /finished: true/,
  },
  {
    story: "Why did it fail?",
    tool: "job_status",
    args: { jobs: ["prep"] },
    shows: /FileNotFoundError/,
  },
  {
    story: "A misspelt job is refused, not guessed.",
    tool: "job_kill",
    args: { jobs: ["trian"] },
    shows: /not_found/,
    isRefused: true,
  },
  {
    story: "The training is no longer needed.",
    tool: "job_kill",
    args: { jobs: ["train"] },
    shows: /cancelled/,
  },
  {
    story: "What is there now?",
    tool: "job_list",
    args: { tags: ["demo"] },
    shows: /1 failed, 1 cancelled/,
  },
];

interface Showing {
  session: TerminalSession;
  terminal: Terminal;
  signal: AbortSignal;
  /** Where the emulator keeps what the demonstration makes. */
  folder: string;
}

/** The main job, end to end, as a transcript: an agent's work on real processes of this machine. */
export async function runDemo({ session, terminal, signal, folder }: Showing): Promise<number> {
  const { out, err } = terminal;
  const begunMs = performance.now();
  out.write(
    `An agent's work on the platform emulator: real processes of this machine, nothing leaves it.\n` +
      `What they make is in ${folder} and is removed at the end. No account is needed.\n`,
  );
  for (const step of STEPS) {
    if (signal.aborted) return 1;
    const stepMs = performance.now();
    out.write(`\n${styled(out, "bold", `# ${step.story}`)}\n`);
    out.write(`${styled(out, "cyan", `> ${step.tool} ${readable(step.args)}`)}\n`);
    const called = await session.call({ name: step.tool, arguments: step.args }, { signal });
    out.write(`${called.text.replace(/^/gm, "  ")}\n`);
    out.write(`${styled(out, "dim", `  (${Math.round(performance.now() - stepMs)} ms)`)}\n`);
    if (isAsExpected(step, called)) continue;
    if (!signal.aborted)
      err.write(`\nThis is not what ${step.tool} should have answered here: please report it.\n`);
    return 1;
  }
  const seconds = ((performance.now() - begunMs) / 1000).toFixed(1);
  out.write(`\n${styled(out, "green", `Done in ${seconds} s.`)}\n`);
  out.write("Next: apolo-jobs-mcp setup connects an agent; with --emulator, to this.\n");
  return 0;
}

function isAsExpected({ shows, isRefused = false }: Step, { text, isError }: Called): boolean {
  return isError === isRefused && shows.test(text);
}

/** Arguments as JSON, but texts of several lines as they are. */
function readable(args: Record<string, unknown>): string {
  const entries = Object.entries(args).map(([key, value]) => {
    const isLong = typeof value === "string" && value.includes("\n");
    return `"${key}":${isLong ? `"${value.trim().replaceAll("\n", "\n    ")}"` : JSON.stringify(value)}`;
  });
  return `{${entries.join(",")}}`;
}

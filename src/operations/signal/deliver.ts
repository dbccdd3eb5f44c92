import { type Collected, type JobDescription, PlatformError } from "../../client/index.ts";
import { cutShort, oneLine } from "../../foreign.ts";
import { whereIs } from "../../jobs/identity.ts";
import { signalOf } from "../../jobs/reasons/exit-codes.ts";
import { SIGNALS, type Signal } from "../../jobs/signals.ts";
import type { Call } from "../caller.ts";
import { startTrouble } from "../exec.ts";

const EXEC_MS = 10_000;
const MOST_BYTES = 8000;
const DOES = ["handles", "ignores", "default", "unknown"] as const;

/** A process that was sent a signal, and what it does with it; `unknown` where that could not be read. */
export interface Receiver {
  pid: number;
  program: string;
  does: (typeof DOES)[number];
}

/** What became of a signal that is sent from within a job. */
export type Delivery =
  | {
      receivers: Receiver[];
      /** Programs above them that would not pass it on. */
      above: Pick<Receiver, "pid" | "program">[];
      /** The connection ended before the answer: the signal may have ended the job at once. */
      doubt?: PlatformError;
    }
  /** `no_way`: the image has no program that sends one · `shared_pids`: which process is the job's is unknown. */
  | { unsent: "no_way" | "no_kill" | "shared_pids" | "refused"; said?: string };

/**
 * Sends a signal from within a job: the platform itself knows SIGKILL only. @throws {PlatformError} nothing could be
 * run in it
 */
export async function deliver(
  job: JobDescription,
  signal: Exclude<Signal, "KILL">,
  call: Call,
): Promise<Delivery> {
  const ran = await runArgv(job, ["sh", "-c", SCRIPT, "sh", signal, String(SIGNALS[signal])], call);
  if (startTrouble(ran) === undefined) return readReport(ran);
  const killed = await runArgv(job, ["kill", "-s", signal, "1"], call);
  if (startTrouble(killed) !== undefined) return { unsent: "no_way" };
  if (hasFailed(killed)) return { unsent: "refused", said: shown(killed.stderr.head) };
  return { receivers: [{ pid: 1, program: "", does: "unknown" }], above: [], ...doubtOf(killed) };
}

function runArgv(job: JobDescription, argv: string[], { caller: { platform }, signal }: Call) {
  const options = { argv, maxBytes: MOST_BYTES, where: whereIs(job) };
  return platform.jobs.execAndCollect(job.id, options, { signal, timeoutMs: EXEC_MS });
}

function readReport(ran: Collected): Delivery {
  const { head } = ran.stdout;
  const lines = head.split("\n");
  if (lines.includes("outside")) return { unsent: "shared_pids" };
  if (lines.includes("nokill")) return { unsent: "no_kill" };
  const above = rowsOf(head, /^past (\d+) (.*)$/gm);
  const refused = rowsOf(head, /^not (\d+) (.*)$/gm);
  const isRefused = (pid: number) => refused.some((each) => each.pid === pid);
  const receivers = DOES.flatMap((does) =>
    rowsOf(head, new RegExp(`^to ${does} (\\d+) (.*)$`, "gm")).map((row) => ({ ...row, does })),
  ).filter(({ pid }) => !isRefused(pid));
  const [first] = refused;
  if (receivers.length === 0 && first !== undefined) return { unsent: "refused", said: first.program };
  // It is printed before anything is sent.
  if (receivers.length === 0 && hasFailed(ran)) return { unsent: "refused", said: shown(ran.stderr.head) };
  return { receivers, above, ...(lines.includes("done") ? {} : doubtOf(ran)) };
}

/** By itself: a signal may have been that of the job's end. */
function hasFailed({ exitCode = 0 }: Collected): boolean {
  return exitCode !== 0 && signalOf(exitCode) === undefined;
}

function rowsOf(report: string, row: RegExp): { pid: number; program: string }[] {
  return Array.from(report.matchAll(row), ([, pid, rest = ""]) => ({
    pid: Number(pid),
    program: shown(rest),
  }));
}

function shown(text: string): string {
  return cutShort(oneLine(text.trim()), 200);
}

function doubtOf({ lost, exitCode, timedOut }: Collected): { doubt?: PlatformError } {
  if (exitCode === 0) return {};
  const why = timedOut ? "it did not end in time" : `exit code ${exitCode ?? "unknown"}`;
  return {
    doubt: lost ?? new PlatformError("unknown_outcome", `Sending the signal in the job was cut off: ${why}.`),
  };
}

/**
 * Goes from the first process down past shells that would keep the signal to themselves, to the programs behind them,
 * and sends it to those that handle it, or to all where none does: a `tee` beside the program that saves its work
 * must live as long as that. `script` would end with what it holds the terminal of. Ctrl-C reaches whole pipelines, so shells are passed for INT even where they catch it. Of
 * the image it needs nothing but `sh`. A process that is waited on with sigwait has the signal blocked. A shell whose
 * parent is in sight shares its process ids with others: process 1 may then be the machine's.
 */
const SCRIPT = `s=$1 n=$2
[ "$PPID" = 0 ] || { echo outside; exit; }
command -v kill >/dev/null 2>&1 || { echo nokill; exit; }
bit() { [ $((0x\${1#????????} >> n - 1 & 1)) = 1 ]; }
look() {
  name= does=unknown
  while read -r k v r; do
    case $k in
      Name:) name=$v\${r:+ $r};;
      SigBlk:) does=default; bit $v && does=handles;;
      SigIgn:) bit $v && does=ignores;;
      SigCgt:) bit $v && does=handles; break;;
    esac
  done </proc/$1/status
}
pairs=
for d in /proc/[0-9]*; do
  l=
  read -r l <$d/stat
  l=\${l##*) }
  case $l in ""|Z*) continue;; esac
  l=\${l#* }
  pairs="$pairs \${d#/proc/}:\${l%% *}"
done 2>/dev/null
good= goods= rest= rests= nl="
"
set -- 1
while [ $# -gt 0 ]; do
  p=$1 kids=
  shift
  look $p 2>/dev/null
  for e in $pairs; do [ \${e#*:} = $p ] && kids="$kids \${e%:*}"; done
  case $name in
    sh|bash|dash|ash|zsh|ksh|busybox|bwrap|script)
      if [ "$kids" ] && { [ $does != handles ] || [ $n = 2 ] || [ $name = script ]; }; then
        echo "past $p $name"
        set -- "$@" $kids
        continue
      fi;;
  esac
  if [ $does = handles ]; then good="$good $p" goods="$goods\${nl}to $does $p $name"
  else rest="$rest $p" rests="$rests\${nl}to $does $p $name"; fi
done
echo "\${goods:-$rests}"
for p in \${good:-$rest}; do
  e=$(kill -s $s $p 2>&1) || echo "not $p" $e
done
echo done`;

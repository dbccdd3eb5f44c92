import { aboutLog, type Explanation, inferred, stated } from "./explanation.ts";

/** Signals of Linux by number, those that end processes in practice. */
const SIGNALS: Readonly<Record<number, string>> = {
  1: "SIGHUP",
  2: "SIGINT",
  3: "SIGQUIT",
  4: "SIGILL",
  5: "SIGTRAP",
  6: "SIGABRT",
  7: "SIGBUS",
  8: "SIGFPE",
  9: "SIGKILL",
  10: "SIGUSR1",
  11: "SIGSEGV",
  12: "SIGUSR2",
  13: "SIGPIPE",
  14: "SIGALRM",
  15: "SIGTERM",
  24: "SIGXCPU",
  25: "SIGXFSZ",
  31: "SIGSYS",
};

const READ_LOG = {
  next: "Read the end of its log for the error.",
  besideLog: "See the end of its log below; job_logs has the rest.",
};

/** What an exit code alone tells, as shells and container runtimes use it. */
const CODES: Readonly<Record<number, Explanation>> = {
  0: stated("The program ended with exit code 0 (success).", ""),
  1: stated(
    "The program ended with exit code 1, a general error of the program itself; the platform did not end it.",
    READ_LOG,
  ),
  2: stated(
    "The program ended with exit code 2, usually wrong arguments or a shell syntax error.",
    aboutLog((end) => `Read ${end}, and check the command and its options.`),
  ),
  124: inferred(
    "The program ended with exit code 124, which `timeout` gives when its time is up.",
    aboutLog((end) => `If the command uses \`timeout\`, give it longer; else read ${end}.`),
  ),
  125: inferred(
    "It ended with exit code 125: a wrapper such as `timeout`, `env` or `docker` failed before it could run the command.",
    "Check the beginning of the command.",
  ),
  126: stated(
    "The command was found but could not be run (exit code 126): no permission to execute, or not a program for this machine.",
    "Make the file executable (`chmod +x`), or start it with its interpreter, e.g. `python file.py` or `bash file.sh`.",
  ),
  127: stated(
    "The command was not found in the image (exit code 127).",
    "Check the spelling of the command and that the image has it; no shell runs the command: for `&&`, `|` or `$VAR` use `bash -c '…'`.",
  ),
  128: inferred("The program ended with exit code 128: it called `exit` with an invalid value.", READ_LOG),
  130: inferred(
    "It was interrupted (exit code 130, signal 2, SIGINT), as by Ctrl-C or a signal sent to it.",
    aboutLog((end) => `If nobody interrupted it, read ${end}; else start it again.`),
  ),
  134: stated(
    "It aborted itself (exit code 134, signal 6, SIGABRT): a failed assertion or a fatal error in native code.",
    READ_LOG,
  ),
  135: stated(
    "It was killed by signal 7 (SIGBUS, exit code 135): often /dev/shm is full.",
    "Start it with shared memory (`shm`), or use fewer data loader workers.",
  ),
  137: inferred(
    "It was killed by signal 9 (SIGKILL, exit code 137). Probably it ran out of memory: inferred, OOMKilled was not stated; job_signal looks the same.",
    aboutLog((end) => `Look at memory near ${end}, then start it again with more memory or smaller batches.`),
  ),
  139: stated(
    "It crashed with a segmentation fault (exit code 139, signal 11, SIGSEGV) in native code.",
    aboutLog(
      (end) =>
        `Read ${end}; check that native libraries (CUDA, drivers, compiled extensions) fit each other.`,
    ),
  ),
  143: inferred(
    "It was asked to end by signal 15 (SIGTERM, exit code 143), from outside the program: by the platform stopping its container, or by a signal sent to it.",
    "Look at its transitions and life span; if nobody ended it, its node may have been taken away: start it again.",
  ),
  255: inferred(
    "The program ended with exit code 255: it returned -1 or a code out of range, as `ssh` and some launchers do on any error.",
    READ_LOG,
  ),
};

/** What an exit code tells, with the name of the signal for 128 + n. Source: protocol reference, appendix D. */
export function explainExitCode(code: number): Explanation {
  const known = CODES[code];
  if (known !== undefined) return known;
  const name = signalOf(code);
  if (name !== undefined)
    return stated(`It was killed by signal ${code - 128} (${name}, exit code ${code}).`, READ_LOG);
  return stated(
    `The program ended with exit code ${code}, whose meaning the program itself defines.`,
    READ_LOG,
  );
}

/** The signal behind an exit code of 128 + n: `137` is `SIGKILL`. */
export function signalOf(code: number): string | undefined {
  if (code <= 128 || code > 192) return undefined;
  return SIGNALS[code - 128] ?? `signal ${code - 128}`;
}

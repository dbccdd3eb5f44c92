import type { JobDescription } from "../../client/index.ts";
import { hasGpu } from "../hardware.ts";
import { callText } from "../next-call.ts";
import { type Explanation, formatMemory, type JobSurroundings } from "./explanation.ts";
import { gpuRoomText, largerText } from "./room.ts";

/** What a line of a log usually means, and what would help. */
export interface LogRule {
  code: string;
  /**
   * What such a line says. All of a match is quoted outside of the fence, so it takes known words and single names
   * only, never a text that the job may choose.
   */
  said: RegExp;
  /** Goes on from "which usually means that …". */
  means(job: JobDescription): string;
  /** What would help. */
  help(job: JobDescription, around: JobSurroundings): string;
}

type Text = string | LogRule["help"];

/** The first that fits a line says what it means: the special ones come before the general. */
export const LOG_RULES: readonly LogRule[] = [
  rule(
    "cuda_memory",
    /(?:CUDA|HIP) out of memory|CUDA error: out of memory|CUDA_ERROR_OUT_OF_MEMORY|CUBLAS_STATUS_ALLOC_FAILED|RESOURCE_EXHAUSTED: Out of memory|RESOURCE_EXHAUSTED: OOM when allocating|No available memory for the cache blocks/,
    "the memory of the GPU was too small; more RAM does not help",
    (job, around) =>
      `Smaller batches or sequences, mixed precision or gradient checkpointing; or GPUs with more memory. ${gpuRoomText(job, around)}`.trim(),
  ),
  rule(
    "shared_memory",
    /DataLoader worker \(pid \d+\) is killed by signal: Bus error|insufficient shared memory \(shm\)|unable to open shared memory object|out of shared memory|^Bus error(?: \(core dumped\))?$/,
    "/dev/shm was full while data were loaded",
    ({ container }) =>
      container.resources.shm
        ? "Fewer data loader workers (num_workers), or smaller batches."
        : "Start it with shm (job_start has it by default), or with num_workers=0.",
  ),
  rule(
    "data_worker",
    /DataLoader worker \(pid(?:\(s\))? [\d, ]{1,60}\) (?:exited unexpectedly|is killed by signal: \w+)/,
    "memory (RAM) ran out in the processes that load data",
    (job, around) => `Fewer data loader workers (num_workers). ${largerText(job, around)}`,
  ),
  rule(
    "disk_quota",
    /Disk quota exceeded|Errno 122\b|\bEDQUOT\b/,
    "the storage that it writes to is at its quota",
    "Delete what is not needed there (old checkpoints), or ask whoever manages the project for more.",
  ),
  rule(
    "no_space",
    /No space left on device|Errno 28\b|\bENOSPC\b/,
    "a disk was full: that of the container, a mounted one, or /dev/shm",
    "Write checkpoints and caches to a mounted volume (HF_HOME, TMPDIR), keep fewer, or clear the volume.",
  ),
  rule(
    "host_memory",
    /\bMemoryError\b|Cannot allocate memory|Errno 12\b|std::bad_alloc|java\.lang\.OutOfMemoryError|JavaScript heap out of memory|\boom-kill\b|Out of memory: Killed process|\bOOM killer\b/,
    ({ container }) =>
      `it ran out of memory (RAM), of which it had ${formatMemory(container.resources.memory)}`,
    largerText,
  ),
  rule(
    "killed",
    /^Killed$/,
    ({ container }) =>
      `a process of it got SIGKILL, most often from the kernel for want of memory (RAM), of which it had ${formatMemory(container.resources.memory)}`,
    largerText,
  ),
  rule(
    "old_driver",
    /NVIDIA driver on your system is too old|CUDA driver version is insufficient|no kernel image is available for execution on the device|provided PTX was compiled with an unsupported toolchain|unsatisfied condition: cuda>=/,
    "the image's CUDA does not fit the driver or the GPU of the node",
    (job) => `Take an image with an older or fitting CUDA: ${again(job, { image: "…" })}.`,
  ),
  rule(
    "no_gpu",
    /No CUDA GPUs are available|Found no NVIDIA driver|no CUDA-capable device is detected|CUDA_ERROR_NO_DEVICE|torch\.cuda\.is_available\(\) is False|Torch not compiled with CUDA enabled|libcuda\.so\.1: cannot open shared object file|nvidia-smi: (?:command )?not found|Can't initialize NVML/i,
    ({ container }) =>
      hasGpu(container.resources)
        ? "the program cannot use the GPU that it has: the image is not built for CUDA"
        : "it needs a GPU, and its preset has none",
    (job) =>
      hasGpu(job.container.resources)
        ? `Take a CUDA image: ${again(job, { image: "…" })}.`
        : `Take a preset with a GPU (job_capacity): ${again(job, { preset: "…" })}.`,
  ),
  rule(
    "cuda_assert",
    /device-side assert triggered|an illegal memory access was encountered/,
    "an index or a label was out of range on the GPU; the line named is often not the guilty one",
    (job) => `To see the true line: ${again(job, { env: { CUDA_LAUNCH_BLOCKING: "1" } })}.`,
  ),
  rule(
    "nccl",
    /Watchdog caught collective operation timeout|\bNCCL (?:error|timeout)\b|\bnccl(?:System|Remote|Internal|UnhandledCuda)Error\b|DistBackendError|Timed out initializing process group|The client socket has timed out|DistStoreError|DistNetworkError/,
    "GPUs or nodes lost touch: one of them hung, crashed earlier or was never reached",
    (job) =>
      `Look for the first error of any rank in the whole log (job_logs with grep); else ${again(job, { env: { NCCL_DEBUG: "INFO" } })}.`,
  ),
  rule(
    "hf_access",
    /access(?:ing)? (?:to )?a gated repo|GatedRepoError|Cannot access gated repo|is not a valid model identifier listed|40[134] Client Error: [A-Z][A-Za-z ]{0,20} for url: https:\/\/huggingface\.co|Repository Not Found for url|Access to model \S{1,60} is restricted|Invalid user token/,
    "the Hugging Face model is gated, private or misspelt, or no token was given",
    'Accept its licence on huggingface.co, and start with secret_env {"HF_TOKEN": "secret:NAME"} (a secret with a token that may read it).',
  ),
  rule(
    "too_many_requests",
    /429 (?:Client Error|Too Many Requests)|Too Many Requests/,
    "a service refused more requests for now",
    "Fewer at once, with a token where it takes one, or later.",
  ),
  rule(
    "unauthorized",
    /40[13] (?:Client Error|Unauthorized|Forbidden)|HTTP Error 40[13]|\bAccessDenied\b|\bExpiredToken\b|NoCredentialsError|Unable to locate credentials|InvalidAccessKeyId|SignatureDoesNotMatch|Authentication failed|could not read Username|Host key verification failed|api_key not configured/,
    "a service did not accept the credentials, or got none",
    "Check the token or key that it was given; it belongs in secret_env, and may have expired.",
  ),
  rule(
    "certificate",
    /CERTIFICATE_VERIFY_FAILED|SSL certificate problem/,
    "the image does not trust the server's certificate",
    "Install ca-certificates in the image, or check the address.",
  ),
  rule(
    "port_in_use",
    /Address already in use|Errno 98\b|\bEADDRINUSE\b|Port \d{1,5} is (?:already )?in use/i,
    "another process of the job already listens on that port",
    "Start the server once, or give the second one another port.",
  ),
  rule(
    "connection",
    /Connection refused|\bECONNREFUSED\b|Connection reset by peer|\bECONNRESET\b|Connection timed out|\bETIMEDOUT\b|Could not resolve host|Name or service not known|Temporary failure in name resolution|Name does not resolve|\bENOTFOUND\b|\bEAI_AGAIN\b|Failed to connect to|Failed to establish a new connection|Max retries exceeded|Network is unreachable|No route to host|Couldn't connect to server/i,
    "a server was not there, or its name is not known in the job's network",
    "Check the host and port, and that what it connects to runs; inside a cluster use a job's host name, not localhost.",
  ),
  rule(
    "package",
    /No matching distribution found for [\w.-]{1,60}|Could not find a version that satisfies the requirement|ResolutionImpossible|Unable to locate package [\w.+-]{1,60}/,
    "a package does not exist in that version, or not for this Python",
    "Correct its name or version.",
  ),
  rule(
    "module",
    /No module named '?[\w.]{1,60}'?|cannot import name '\w{1,60}'|Cannot find module '[\w@./-]{1,60}'|PackageNotFoundError/,
    "the image lacks a package, or has another version of it",
    (job) =>
      `Take an image that has it, or install it first: ${again(job, { command: "pip install … && …" })}.`,
  ),
  rule(
    "library",
    /[\w.+-]{1,60}\.so[.\d]{0,12}: cannot open shared object file|version `?\w{1,12}_[\d.]{1,12}'? not found/,
    "the image lacks a system library, or has another version of it",
    (job) => `Install it in the image, or take one that has it: ${again(job, { image: "…" })}.`,
  ),
  rule(
    "checkpoint",
    /Error\(s\) in loading state_dict|size mismatch for [\w.]{1,80}|Missing key\(s\) in state_dict/,
    "the checkpoint is of another model than the one built",
    "Give the configuration that it was trained with, or another checkpoint.",
  ),
  rule(
    "broken_file",
    /PytorchStreamReader failed|invalid load key|Error while deserializing header|unexpected end of (?:file|data|stream)|UnpicklingError|BadZipFile|not in gzip format|CRC check failed/i,
    "a file is not whole, or is of another kind (a Git LFS pointer, an error page)",
    "Copy or download it again, and compare its size.",
  ),
  rule(
    "not_a_number",
    /\bloss (?:is|was|became|=) ?(?:nan|inf)\b|returned nan values|\bNaN (?:loss|values?) (?:detected|encountered|found)/i,
    "the training diverged",
    "A lower learning rate, a warm-up or gradient clipping; check the data for NaN. The same again will diverge again.",
  ),
  rule(
    "wrong_argument",
    /error: unrecognized arguments?|error: the following arguments are required|error: argument [\w/, -]{1,60}: (?:invalid|expected)|No such option|unrecognized option|invalid option|unknown option|unknown flag|Missing (?:option|argument)|unexpected extra arguments?|flag provided but not defined|Could not override '[\w.]{1,60}'/i,
    "the program does not take the arguments it was given",
    (job) => `Correct the command: ${again(job, { command: "…" })}.`,
  ),
  rule(
    "open_files",
    /Too many open files|Errno 24\b|\bEMFILE\b/,
    "too many files or sockets were open at once",
    "Raise the limit (`ulimit -n 65535` before the program), or open fewer: fewer data loader workers.",
  ),
  rule(
    "read_only",
    /Read-only file system|Errno 30\b|\bEROFS\b/,
    "it writes to a volume that is mounted read-only",
    "Mount it without :ro, or write elsewhere.",
  ),
  rule(
    "permission",
    /Permission denied|\bPermissionError\b|Errno 13\b|\bEACCES\b|Operation not permitted/,
    "the program may not read, write or run a file or folder",
    "Check who owns it (the job may run as another user than the one who wrote it) and its mode (chmod).",
  ),
  rule(
    "missing_file",
    /\bFileNotFoundError\b|No such file or directory|\bENOENT\b|can't open file|Cannot open file/i,
    "a file or folder is not there: a volume not mounted, a wrong path or working folder",
    "Check the path against its mounts and working folder; what another job wrote in its container is gone.",
  ),
  rule(
    "not_a_program",
    /[Ee]xec format error/,
    "the program is for another kind of machine, or a script without its first line",
    "Take an image for this machine (linux/amd64), or begin the script with #!.",
  ),
  rule(
    "no_program",
    /^\S{0,40}sh: (?:(?:line )?\d+: )?[\w./-]{1,60}: (?:command )?not found$/,
    "the image lacks that program",
    (job) => `Check its spelling, or take an image that has it: ${again(job, { image: "…" })}.`,
  ),
  rule(
    "crash",
    /Segmentation fault(?: \(core dumped\))?|Fatal Python error: [\w ]{1,30}|terminate called after throwing/,
    "native code crashed: libraries that do not fit each other (CUDA, extensions), or a bug",
    (job) => `To see where: ${again(job, { env: { PYTHONFAULTHANDLER: "1" } })}.`,
  ),
];

/** The last line of a Python traceback; counts only where one stands before it. */
export const EXCEPTION: LogRule = rule(
  "exception",
  /^(?:[A-Za-z_]\w{0,60}\.){0,8}[A-Z]\w{0,60}(?:Error|Exception|Exit|Interrupt|Failure|Warning|Timeout)(?=:|$)/,
  "the program itself stopped there",
  "The same again will fail again: mend the code or its input first.",
);

/** Whether a program that something killed was killed for that. */
export function isAboutMemory({ fromLog }: Explanation): boolean {
  return ["host_memory", "killed", "shared_memory", "data_worker"].includes(fromLog?.code ?? "");
}

function rule(code: string, said: RegExp, means: string | LogRule["means"], help: Text): LogRule {
  return {
    code,
    said,
    means: typeof means === "string" ? () => means : means,
    help: typeof help === "string" ? () => help : help,
  };
}

function again({ id }: JobDescription, changes: Record<string, unknown>): string {
  return callText({ tool: "job_rerun", arguments: { job: id, ...changes } });
}

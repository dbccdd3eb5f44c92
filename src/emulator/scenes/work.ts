import type { Random } from "./random.ts";

/** A kind of work that people do: what is run, on what, and what it prints. */
export interface Work {
  word: string;
  command: string;
  tags: string[];
  presets: string[];
  /** What it prints when nothing goes wrong. */
  text(random: Random, preset: string): string[];
  /** What it ends with when its input is wrong. */
  error: string;
}

const MACHINES: Record<string, Banner> = {
  a100: { host: "gpu-node", hardware: "1 x NVIDIA A100-SXM4-80GB" },
  "a100-x8-spot": { host: "spot-node", hardware: "8 x NVIDIA A100-SXM4-80GB" },
  "h100-x4": { host: "h100-node", hardware: "4 x NVIDIA H100-80GB-HBM3" },
};

const BATCH_ERROR = "ValueError: Expected input batch_size (256) to match target batch_size (255).";
const LOADING = "loading /mnt/checkpoints/latest.pt";

export const WORK: Work[] = [
  {
    word: "train",
    command: "python train.py --config configs/resnet50.yaml",
    tags: ["train"],
    presets: ["a100", "a100-x8-spot", "h100-x4"],
    text: training,
    error: BATCH_ERROR,
  },
  {
    word: "finetune",
    command: "accelerate launch finetune.py --model base-7b",
    tags: ["llm"],
    presets: ["a100", "h100-x4"],
    text: training,
    error: BATCH_ERROR,
  },
  {
    word: "prep",
    command: "bash -c 'python prep.py --shards 64 | tee prep.log'",
    tags: ["data"],
    presets: ["cpu-medium", "cpu-large"],
    text: (random) => [
      "reading /mnt/datasets/raw: 64 shards",
      ...steps(64, (shard) => `shard ${shard}/64: ${random.between(18_000, 21_000)} records kept`),
      "wrote /mnt/datasets/clean",
    ],
    error: "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff",
  },
  {
    word: "eval",
    command: "python eval.py --split test",
    tags: ["eval"],
    presets: ["cpu-medium", "a100"],
    text: (random) => [
      LOADING,
      ...steps(40, (batch) => `batch ${batch * 25}/1000 acc=${(0.7 + random.next() / 10).toFixed(4)}`),
      `test acc=${(0.7 + random.next() / 10).toFixed(4)}`,
    ],
    error: "KeyError: 'head.weight'",
  },
  {
    word: "export",
    command: "python export_onnx.py",
    tags: [],
    presets: ["cpu-small"],
    text: (random) => [
      LOADING,
      ...steps(24, (layer) => `exporting layer ${layer}/24`),
      `saved /mnt/export/model.onnx (${random.between(90, 110)}.4 MB)`,
    ],
    error: "torch.onnx.errors.UnsupportedOperatorError: 'aten::unique_dim' is not supported",
  },
  {
    word: "notebook",
    command: "jupyter lab --ip 0.0.0.0 --port 8888",
    tags: ["interactive"],
    presets: ["cpu-small", "a100"],
    text: (random) => [
      "[I ServerApp] Serving notebooks from local directory: /workspace",
      `[I ServerApp] http://127.0.0.1:8888/lab?token=${random.hex(48)}`,
      "[I ServerApp] Use Control-C to stop this server and shut down all kernels.",
      ...steps(30, (save) => `[I ServerApp] Saving file at /explore-${1 + (save % 4)}.ipynb`),
    ],
    error: "OSError: [Errno 98] Address already in use",
  },
];

/** The program that a traceback names. */
export function scriptOf({ command }: Work): string {
  return /\w+\.py/.exec(command)?.[0] ?? "jupyter-lab";
}

/** What it ends with when memory is too small. */
export function memoryErrorOf({ text }: Work): string {
  return text === training
    ? "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.50 GiB."
    : "MemoryError: Unable to allocate 2.50 GiB for an array with shape (335544320,)";
}

/** A text that ends where its program was ended: within the work, not after it. */
export function brokenOff(text: readonly string[], share: number): string[] {
  const kept = text.slice(0, Math.max(1, Math.min(text.length - 2, Math.round(text.length * share))));
  const last = kept.at(-1)?.split("\r") ?? [];
  // A progress bar stays where it was.
  return last.length > 1 ? [...kept.slice(0, -1), last.slice(0, 3).join("\r")] : kept;
}

function training(random: Random, preset: string): string[] {
  return trainingText(random, random.between(3, 60), preset);
}

function steps(count: number, line: (step: number) => string): string[] {
  return Array.from({ length: count }, (_, index) => line(index + 1));
}

/** The same for a training that was given another learning rate. */
export function withRate(text: readonly string[], rate: string): string[] {
  return text.map((line) => line.replace("lr=3.0e-04", `lr=${rate}`));
}

interface Banner {
  host: string;
  hardware: string;
}

/** What a training prints: a banner, progress bars that overwrite themselves, a line per epoch. */
export function trainingText(random: Random, epochs: number, preset = ""): string[] {
  const lines = banner(random, MACHINES[preset]);
  let loss = 2 + random.next();
  for (let epoch = 1; epoch <= epochs; epoch += 1) {
    loss *= 0.9 + random.next() * 0.06;
    lines.push(progressBar(epoch, random));
    lines.push(
      `epoch ${epoch}/${epochs} loss=${loss.toFixed(4)} val_acc=${(1 - loss / 4).toFixed(4)} lr=3.0e-04`,
    );
    if (random.chance(0.1))
      lines.push(`\u001b[33mWARNING\u001b[0m gradient norm ${random.between(8, 90)} clipped to 1.0`);
    if (epoch % 10 === 0) lines.push(`saved checkpoint to /mnt/checkpoints/epoch-${epoch}.pt (412.7 MB)`);
  }
  return lines;
}

/** Lines of a Python traceback that ends in an error. */
export function traceback(error: string, script = "train.py"): string[] {
  const isTraining = /^(train|finetune)/.test(script);
  return [
    "Traceback (most recent call last):",
    `  File "/workspace/${script}", line 214, in <module>`,
    "    main(parse_args())",
    `  File "/workspace/${script}", line 187, in main`,
    ...(isTraining
      ? [
          "    loss = step(model, batch)",
          '  File "/workspace/vision/engine.py", line 61, in step',
          "    return criterion(model(batch.images), batch.labels)",
        ]
      : ["    run(args)"]),
    error,
  ];
}

/** A careless start-up that prints what it should not. None of these opens anything. */
export function leakyText(random: Random): string[] {
  return [
    "+ env | sort",
    `AWS_ACCESS_KEY_ID=AKIA${random.hex(16).toUpperCase()}`,
    `AWS_SECRET_ACCESS_KEY=${random.hex(40)}`,
    `HF_TOKEN=hf_${random.hex(34)}`,
    `WANDB_API_KEY=${random.hex(40)}`,
    `DATABASE_URL=postgres://trainer:${random.hex(12)}@db.internal:5432/metrics`,
    `curl -H 'Authorization: Bearer ${random.hex(32)}' https://metrics.internal/push`,
    `commit ${random.hex(40)}`,
    `sha256:${random.hex(64)} layer already exists`,
    "token budget per step: 131072",
    "starting",
  ];
}

function banner(
  random: Random,
  { host, hardware }: Banner = { host: "cpu-node", hardware: "no GPU" },
): string[] {
  return [
    `[host ${host}-${random.between(1, 9)}] torch 2.4.0+cu121, ${hardware}`,
    `seed ${random.between(1, 9999)}, batch 256, workers 8`,
    "loading /mnt/datasets/imagenet/train: 1281167 images",
  ];
}

/** One line to a log, many to a terminal. */
function progressBar(epoch: number, random: Random): string {
  const steps = [0, 25, 50, 75, 100].map((percent) => {
    const filled = "█".repeat(percent / 5).padEnd(20);
    const rate = `${random.between(10, 99)}.2it/s`;
    return `Epoch ${epoch}: ${String(percent).padStart(3)}%|${filled}| ${percent * 50}/5000 [${rate}]`;
  });
  return steps.join("\r");
}

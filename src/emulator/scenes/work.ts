import { type Banner, traceback, trainingText } from "./output.ts";
import type { Random } from "./random.ts";

/** A kind of work that people do: what is run, on what, and what it prints. */
export interface Work {
  word: string;
  command: string;
  /** The program that a traceback names. */
  script: string;
  tags: string[];
  presets: string[];
  /** What it prints when nothing goes wrong. */
  text(random: Random, preset: string): string[];
  /** The error it ends with when its input is wrong, and when memory is. */
  errors: { input: string; memory: string };
}

const MACHINES: Record<string, Banner> = {
  a100: { host: "gpu-node", hardware: "1 x NVIDIA A100-SXM4-80GB" },
  "a100-x8-spot": { host: "spot-node", hardware: "8 x NVIDIA A100-SXM4-80GB" },
  "h100-x4": { host: "h100-node", hardware: "4 x NVIDIA H100-80GB-HBM3" },
};

const TORCH = {
  input: "ValueError: Expected input batch_size (256) to match target batch_size (255).",
  memory: "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.50 GiB.",
};
const NUMPY_MEMORY = "MemoryError: Unable to allocate 2.50 GiB for an array with shape (335544320,)";

export const WORK: Work[] = [
  {
    word: "train",
    command: "python train.py --config configs/resnet50.yaml",
    script: "train.py",
    tags: ["train"],
    presets: ["a100", "a100-x8-spot", "h100-x4"],
    text: training,
    errors: TORCH,
  },
  {
    word: "finetune",
    command: "accelerate launch finetune.py --model base-7b",
    script: "finetune.py",
    tags: ["llm"],
    presets: ["a100", "h100-x4"],
    text: training,
    errors: TORCH,
  },
  {
    word: "prep",
    command: "bash -c 'python prep.py --shards 64 | tee prep.log'",
    script: "prep.py",
    tags: ["data"],
    presets: ["cpu-medium", "cpu-large"],
    text: (random) => [
      "reading /mnt/datasets/raw: 64 shards",
      ...steps(64, (shard) => `shard ${shard}/64: ${random.between(18_000, 21_000)} records kept`),
      "wrote /mnt/datasets/clean",
    ],
    errors: { input: "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff", memory: NUMPY_MEMORY },
  },
  {
    word: "eval",
    command: "python eval.py --split test",
    script: "eval.py",
    tags: ["eval"],
    presets: ["cpu-medium", "a100"],
    text: (random) => [
      "loading /mnt/checkpoints/latest.pt",
      ...steps(40, (batch) => `batch ${batch * 25}/1000 acc=${(0.7 + random.next() / 10).toFixed(4)}`),
      `test acc=${(0.7 + random.next() / 10).toFixed(4)}`,
    ],
    errors: { input: "KeyError: 'head.weight'", memory: NUMPY_MEMORY },
  },
  {
    word: "export",
    command: "python export_onnx.py",
    script: "export_onnx.py",
    tags: [],
    presets: ["cpu-small"],
    text: (random) => [
      "loading /mnt/checkpoints/latest.pt",
      ...steps(24, (layer) => `exporting layer ${layer}/24`),
      `saved /mnt/export/model.onnx (${random.between(90, 110)}.4 MB)`,
    ],
    errors: {
      input: "torch.onnx.errors.UnsupportedOperatorError: 'aten::unique_dim' is not supported",
      memory: NUMPY_MEMORY,
    },
  },
  {
    word: "notebook",
    command: "jupyter lab --ip 0.0.0.0 --port 8888",
    script: "jupyter-lab",
    tags: ["interactive"],
    presets: ["cpu-small", "a100"],
    text: (random) => [
      "[I ServerApp] Serving notebooks from local directory: /workspace",
      `[I ServerApp] http://127.0.0.1:8888/lab?token=${random.hex(48)}`,
      "[I ServerApp] Use Control-C to stop this server and shut down all kernels.",
      ...steps(30, (save) => `[I ServerApp] Saving file at /explore-${1 + (save % 4)}.ipynb`),
    ],
    errors: { input: "OSError: [Errno 98] Address already in use", memory: NUMPY_MEMORY },
  },
];

/** What a program prints that fails with `error`. */
export function failing({ script }: Work, error: string): string[] {
  return traceback(error, script);
}

/** A text that ends where its program was ended: within the work, not after it. */
export function brokenOff(text: readonly string[], share: number): string[] {
  const kept = text.slice(0, Math.max(1, Math.min(text.length - 2, Math.round(text.length * share))));
  const last = kept.at(-1)?.split("\r") ?? [];
  // A progress bar stays where it was.
  return last.length > 1 ? [...kept.slice(0, -1), last.slice(0, 3).join("\r")] : kept;
}

function training(random: Random, preset: string): string[] {
  return trainingText(random, random.between(3, 60), MACHINES[preset]);
}

function steps(count: number, line: (step: number) => string): string[] {
  return Array.from({ length: count }, (_, index) => line(index + 1));
}

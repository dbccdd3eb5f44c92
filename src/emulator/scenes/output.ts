import type { TimedLine } from "../logs/store.ts";
import type { Random } from "./random.ts";

export interface Span {
  /** Unix milliseconds. */
  fromMs: number;
  toMs: number;
}

/** The same for a training that was given another learning rate. */
export function withRate(text: readonly string[], rate: string): string[] {
  return text.map((line) => line.replace("lr=3.0e-04", `lr=${rate}`));
}

/** The machine that a training says it runs on. */
export interface Banner {
  host: string;
  hardware: string;
}

const NO_GPU: Banner = { host: "cpu-node", hardware: "no GPU" };

/** What a training prints: a banner, progress bars that overwrite themselves, a line per epoch. */
export function trainingText(random: Random, epochs: number, machine = NO_GPU): string[] {
  const lines = banner(random, machine);
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

/** Lines with times, evenly over a span. */
export function spread(lines: readonly string[], { fromMs, toMs }: Span): TimedLine[] {
  const gap = (toMs - fromMs) / Math.max(1, lines.length);
  return lines.map((text, index) => ({ atMs: fromMs + gap * index, text }));
}

function banner(random: Random, { host, hardware }: Banner): string[] {
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

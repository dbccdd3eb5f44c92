import type { Random } from "./random.ts";
import texts from "./texts.json" with { type: "json" };

/** A kind of work that people do: what is run, on what, and what it prints; a training, if it does not say. */
export interface Work {
  word: string;
  command: string;
  tags: string[];
  presets: string[];
  text?: { lines: string[]; to?: number; by?: number }[];
  /** What it ends with when its input is wrong. */
  error: string;
}

export const WORK: readonly Work[] = texts.works;

const MACHINES: Record<string, { host: string; hardware: string }> = texts.machines;

/** Puts values where a text names them: `{epoch}`. */
export function filled(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (_all, name: string) => String(values[name]));
}

/** Rolls the dice of a text: a whole number `{7..9}`, one with decimals `{0.70..0.80}`, digits `{hex 40}`. */
export function rolled(text: string, random: Random): string {
  return text.replace(
    /\{(?:([\d.]+)\.\.([\d.]+)|(hex|HEX) (\d+))\}/g,
    (_all, low: string, high: string, digits?: string, count?: string) => {
      const hex = digits === undefined ? "" : random.hex(Number(count));
      if (digits !== undefined) return digits === "HEX" ? hex.toUpperCase() : hex;
      const decimals = low.split(".")[1]?.length;
      if (decimals === undefined) return String(random.between(Number(low), Number(high)));
      return (Number(low) + random.next() * (Number(high) - Number(low))).toFixed(decimals);
    },
  );
}

export function textOf({ text }: Work, random: Random, preset: string): string[] {
  if (text === undefined) return trainingText(random, random.between(3, 60), preset);
  return text.flatMap(({ lines, to = lines.length, by = 1 }) =>
    Array.from({ length: to / by }, (_, index) => {
      const line = lines[index % lines.length] ?? "";
      return rolled(filled(line, { step: (index + 1) * by, cycle: 1 + ((index + 1) % 4) }), random);
    }),
  );
}

export function scriptOf({ command }: Work): string {
  return /\w+\.py/.exec(command)?.[0] ?? "jupyter-lab";
}

export function memoryErrorOf({ text }: Work): string {
  return text === undefined
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

/** The same for a training that was given another learning rate. */
export function withRate(text: readonly string[], rate: string): string[] {
  return text.map((line) => line.replace("lr=3.0e-04", `lr=${rate}`));
}

/** What a training prints: a banner, progress bars that overwrite themselves, a line per epoch. */
export function trainingText(random: Random, epochs: number, preset = "cpu"): string[] {
  const machine = MACHINES[preset] ?? texts.machines.cpu;
  const lines = texts.banner.map((line) => rolled(filled(line, machine), random));
  let loss = 2 + random.next();
  for (let epoch = 1; epoch <= epochs; epoch += 1) {
    loss *= 0.9 + random.next() * 0.06;
    const values = { epoch, epochs, loss: loss.toFixed(4), accuracy: (1 - loss / 4).toFixed(4) };
    lines.push(progressBar(epoch, random), filled(texts.training.epoch, values));
    if (random.chance(0.1)) lines.push(rolled(texts.training.warning, random));
    if (epoch % 10 === 0) lines.push(filled(texts.training.checkpoint, values));
  }
  return lines;
}

/** One line to a log, many to a terminal. */
function progressBar(epoch: number, random: Random): string {
  const steps = [0, 25, 50, 75, 100].map((percent) => {
    const bar = "█".repeat(percent / 5).padEnd(20);
    const rate = `${random.between(10, 99)}.2it/s`;
    return `Epoch ${epoch}: ${String(percent).padStart(3)}%|${bar}| ${percent * 50}/5000 [${rate}]`;
  });
  return steps.join("\r");
}

export function traceback(error: string, script = "train.py"): string[] {
  const { start, training, other } = texts.traceback;
  const lines = [...start, ...(/^(train|finetune)/.test(script) ? training : other)];
  return [...lines.map((line) => filled(line, { script })), error];
}

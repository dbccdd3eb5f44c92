import { DAY, failed, HOUR, MINUTE, OOM_KILLED, type Stage, SUCCEEDED } from "./stage.ts";
import texts from "./texts.json" with { type: "json" };
import { filled, traceback } from "./work.ts";

/** How programs print an epoch, by the name of what prints so. */
interface Form {
  head?: string[];
  epoch: string[];
}

const FORMS: Record<string, Form> = texts.metrics;

/** "Which of them was best?": a sweep over programs that print the same metrics in forms of their own. */
export function metrics(stage: Stage): void {
  const past = { createdAgo: DAY, queuedMs: 5000, lastedMs: 40 * MINUTE, end: SUCCEEDED };
  const casting = (name: string, seed: number) => ({
    name: `tune-${name}`,
    tags: ["tune"],
    command: `python train.py --program ${name} --dim ${64 * (1 + (seed % 3))}`,
    env: { LR: "0.0003", SEED: String(seed) },
  });
  for (const [index, [name, form]] of Object.entries(FORMS).entries()) {
    const lines = [
      "torch 2.4.0, 10.0.0.12:29500, seed 3",
      ...printed(form, epochsOf(index)),
      "saved model.pt (412.7 MB)",
    ];
    stage.past(casting(name, index), { ...past, createdAgo: DAY - index * 2000, lines });
  }
  const diverged = epochsOf(7).map((epoch, index) =>
    index > 4 ? { ...epoch, loss: "nan", valLoss: "nan" } : epoch,
  );
  stage.past(casting("nan", 7), { ...past, lines: printed(texts.metrics.plain, diverged.slice(5)) });
  const lines = traceback("KeyError: 'head.weight'");
  stage.past(casting("crash", 8), { ...past, lines, end: failed(1, lines.join("\n")) });
  stage.past(casting("killed", 9), { ...past, lines: ["loading 64 shards"], end: OOM_KILLED });
  const running = { ...casting("running", 10), command: "sleep 86400" };
  stage.running(running, HOUR, printed(texts.metrics.json, epochsOf(10).slice(0, 4)));
}

function printed({ head = [], epoch }: Form, epochs: ReturnType<typeof epochsOf>): string[] {
  return [...head, ...epochs.flatMap((values) => epoch.map((line) => filled(line, values)))];
}

/** The later the job in the sweep, the worse; the last epochs get worse again. */
function epochsOf(seed: number) {
  return Array.from({ length: 12 }, (_, index) => {
    const epoch = index + 1;
    const lossNow = 0.2 + seed / 50 + 1.5 / (index + 2);
    const valLossNow = lossNow + 0.1 + Math.max(0, index - 8) * 0.05;
    const [loss, valLoss, acc] = [lossNow.toFixed(4), valLossNow.toFixed(4), (1 - valLossNow / 3).toFixed(4)];
    const short = { shortLoss: Number(loss), shortValLoss: Number(valLoss), shortAcc: Number(acc) };
    const column = String(epoch).padStart(7);
    return { epoch, column, step: epoch * 250, seconds: 10 + epoch, loss, valLoss, acc, ...short };
  });
}

import { DAY, failed, HOUR, MINUTE, OOM_KILLED, type Stage, SUCCEEDED } from "./stage.ts";
import { traceback } from "./work.ts";

const EPOCHS = 12;

/** What a program knows after an epoch. */
interface Epoch {
  epoch: number;
  loss: string;
  valLoss: string;
  acc: string;
}

/** How programs print it, by the name of what prints so. */
const FORMS: Record<string, (epochs: readonly Epoch[]) => string[]> = {
  plain: (epochs) =>
    epochs.map(
      ({ epoch, loss, valLoss, acc }) =>
        `epoch ${epoch}/${EPOCHS} loss=${loss} val_loss=${valLoss} acc=${acc} lr=3.0e-04 time=00:00:${10 + epoch}`,
    ),
  json: (epochs) =>
    epochs.map(({ epoch, loss, valLoss, acc }) =>
      JSON.stringify({
        epoch,
        loss: Number(loss),
        val_loss: Number(valLoss),
        acc: Number(acc),
        took_s: 12.5,
      }),
    ),
  huggingface: (epochs) =>
    epochs.flatMap(({ epoch, loss, valLoss, acc }) => [
      `{'loss': ${loss}, 'grad_norm': 1.8412, 'learning_rate': 0.0003, 'epoch': ${epoch}.0}`,
      `{'val_loss': ${valLoss}, 'acc': ${acc}, 'eval_runtime': 4.1203, 'epoch': ${epoch}.0}`,
    ]),
  keras: (epochs) =>
    epochs.flatMap(({ epoch, loss, valLoss, acc }) => [
      `Epoch ${epoch}/${EPOCHS}`,
      `100/938 [==>...........] - ETA: 8s - loss: 1.9000 - acc: 0.1000\r938/938 [==============] - 9s 9ms/step - loss: ${loss} - acc: ${acc} - val_loss: ${valLoss} - val_acc: ${acc}`,
    ]),
  lightning: (epochs) =>
    epochs.map(
      ({ epoch, loss, valLoss, acc }) =>
        `Epoch ${epoch}: 100%|██████████| 469/469 [00:05<00:00, 91.23it/s, v_num=0, loss=${loss}, val_loss=${valLoss}, acc=${acc}]`,
    ),
  table: (epochs) => [
    "  epoch      loss    val_loss     acc     dur",
    "-------  --------  ----------  ------  ------",
    ...epochs.map(
      ({ epoch, loss, valLoss, acc }) =>
        `${String(epoch).padStart(7)}    ${loss}      ${valLoss}  ${acc}  0.1345`,
    ),
  ],
  words: (epochs) =>
    epochs.map(
      ({ epoch, loss, valLoss, acc }) => `step ${epoch * 250}: loss ${loss}, val loss ${valLoss}, acc ${acc}`,
    ),
};

/** "Which of them was best?": a sweep over programs that print the same metrics in forms of their own. */
export function metrics(stage: Stage): void {
  const past = { createdAgo: DAY, queuedMs: 5000, lastedMs: 40 * MINUTE, end: SUCCEEDED };
  const casting = (name: string, seed: number) => ({
    name: `tune-${name}`,
    tags: ["tune"],
    command: `python train.py --program ${name} --dim ${64 * (1 + (seed % 3))}`,
    env: { LR: "0.0003", SEED: String(seed) },
  });
  const forms = Object.entries(FORMS);
  for (const [index, [name, print]] of forms.entries()) {
    const lines = [
      "torch 2.4.0, 10.0.0.12:29500, seed 3",
      ...print(epochsOf(index)),
      "saved model.pt (412.7 MB)",
    ];
    stage.past(casting(name, index), { ...past, createdAgo: DAY - index * 2000, lines });
  }
  const diverged = epochsOf(7).map((epoch, index) =>
    index > 4 ? { ...epoch, loss: "nan", valLoss: "nan" } : epoch,
  );
  stage.past(casting("nan", 7), { ...past, lines: FORMS.plain?.(diverged.slice(5)) ?? [] });
  const lines = traceback("KeyError: 'head.weight'");
  stage.past(casting("crash", 8), { ...past, lines, end: failed(1, lines.join("\n")) });
  stage.past(casting("killed", 9), { ...past, lines: ["loading 64 shards"], end: OOM_KILLED });
  const running = { ...casting("running", 10), command: "sleep 86400" };
  stage.running(running, HOUR, FORMS.json?.(epochsOf(10).slice(0, 4)));
}

/** The later the job in the sweep, the worse; the last epochs get worse again. */
function epochsOf(seed: number): Epoch[] {
  return Array.from({ length: EPOCHS }, (_, index) => {
    const loss = 0.2 + seed / 50 + 1.5 / (index + 2);
    const valLoss = loss + 0.1 + Math.max(0, index - 8) * 0.05;
    return {
      epoch: index + 1,
      loss: loss.toFixed(4),
      valLoss: valLoss.toFixed(4),
      acc: (1 - valLoss / 3).toFixed(4),
    };
  });
}

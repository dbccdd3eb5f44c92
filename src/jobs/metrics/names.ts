/** Which way a metric gets better. */
export type Direction = "min" | "max";

const LOWER = wordSet(
  "loss nll ppl perplexity error err rmse rmsle mse mae mape smape wer cer eer ter fid logloss entropy bpb bpc " +
    "mloss brier divergence distance",
);
const HIGHER = wordSet(
  "acc accuracy auc auroc auprc f1 fscore precision recall map ap iou miou dice bleu rouge rougel chrf meteor psnr " +
    "ssim r2 reward rew return score mrr ndcg mcc kappa jaccard top1 top5 pearson spearman hits fitness winrate",
);
/** Where a run is. */
const PLACES = wordSet(
  "epoch epochs step steps iter iters iteration iterations batch round trial fold update updates",
);
/** What a run was given, used or took. */
const CIRCUMSTANCES = wordSet(
  "lr rate wd decay momentum warmup seed dropout temperature alpha beta gamma eps epsilon rho tau clip ts timestamp eta " +
    "wall hours minutes took date year version v python torch tensorflow transformers jax numpy cudnn driver nccl port " +
    "pid uid rank host node worker workers device gpu gpus cuda cpu cpus line code exit status retries attempt attempts " +
    "id num n bytes mem memory vram progress percent speed throughput fps qps wps ups flos flops tokens samples images " +
    "total s h data set",
);
/** What makes a circumstance of a metric: the weight of a loss, the time of an evaluation. */
const OVERRULING = wordSet(
  "scale weight weights coef lambda time times runtime duration dur elapsed second seconds sec secs ms threshold " +
    "patience limit budget size count params parameters delta",
);

/** A name without what spelling adds: `val/Loss` and `val_loss` are one. */
export function metricKey(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "_")
    .replace(/^_+|_+$/g, "");
}

/** The first of each is put for the others: a metric called by one may stand for one called by another. */
const SYNONYMS = {
  val: "validation|valid",
  train: "training",
  acc: "accuracy",
  ppl: "perplexity",
  lr: "learning_rate",
};

/** One for all names that mean the same by another word: those of `val_loss` and `validation/loss`. */
export function meaningKey(name: string): string {
  return Object.entries(SYNONYMS).reduce(
    (key, [word, others]) => key.replace(new RegExp(`(?<![a-z])(?:${others})(?![a-z])`, "g"), word),
    metricKey(name),
  );
}

/** Which way the metric of this name gets better, as far as its words say. */
export function directionOf(name: string): Direction | undefined {
  const words = wordsOf(name);
  if (words.some((word) => OVERRULING.has(word))) return undefined;
  const told = words.findLast((word) => LOWER.has(word) || HIGHER.has(word));
  if (told === undefined) return undefined;
  return LOWER.has(told) ? "min" : "max";
}

/** Whether the name says that no result is measured by it: an epoch, a time, a port. */
export function isCircumstance(name: string): boolean {
  if (directionOf(name) !== undefined) return false;
  return wordsOf(name).some((word) => [CIRCUMSTANCES, OVERRULING, PLACES].some((words) => words.has(word)));
}

/** `valAcc@1` is `val`, `acc`; `mAP50-95` is `map`. */
function wordsOf(name: string): string[] {
  return name
    .replace(/(?<=[a-z]{2})(?=[A-Z])/g, "_")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .map((word) => (LOWER.has(word) || HIGHER.has(word) ? word : word.replace(/\d+$/, "")))
    .filter((word) => word !== "");
}

function wordSet(words: string): ReadonlySet<string> {
  return new Set(words.split(" "));
}

const BLOCK_BYTES = 8192;

/** Lines of a training, about 100 bytes each; each job has its own losses, and one line in 100,000 is a failure. */
export function* logBlocks(bytes: number, seed: number): Generator<Buffer> {
  let step = 0;
  for (let done = 0; done < bytes; ) {
    let text = "";
    while (text.length < BLOCK_BYTES && done + text.length < bytes) {
      step += 1;
      text += lineOf(step, seed);
    }
    done += text.length;
    yield Buffer.from(text);
  }
}

function lineOf(step: number, seed: number): string {
  if (step % 100_000 === 0)
    return `step=${step} RuntimeError: loss is NaN, going back to the last checkpoint\n`;
  const loss = (2 + (seed % 97) / 100) / Math.log(step + 2);
  return `[trainer] step=${step} loss=${loss.toFixed(4)} lr=${1e-3 * (1 + (seed % 7))} tokens/s=18432 gpu_mem=61.2 GiB eta 3:12:07 ok\n`;
}

import type { JobDescription, PlatformContext } from "../../client/index.ts";
import { compareCredits, isPrice } from "../../jobs/cost.ts";

/** The job at a price that counts: its own, else its preset's, else the dearest there is; empty where none can be read. */
export function priced(job: JobDescription, { clusters }: Pick<PlatformContext, "clusters">): JobDescription {
  if (isPrice(job.price_credits_per_hour)) return job;
  const own = clusters
    .find(({ name }) => name === job.cluster_name)
    ?.presets.find(({ name }) => name === job.preset_name);
  const dearest = clusters
    .flatMap(({ presets }) => presets.map(({ credits_per_hour }) => credits_per_hour))
    .filter(isPrice)
    .sort(compareCredits)
    .at(-1);
  const isKnown = own !== undefined && isPrice(own.credits_per_hour);
  return { ...job, price_credits_per_hour: isKnown ? own.credits_per_hour : (dearest ?? "") };
}

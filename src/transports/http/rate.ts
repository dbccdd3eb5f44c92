import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";

export interface Rate {
  perSecond: number;
  /** How many may come at once. */
  burst: number;
}

/** Counts calls by caller; gives the seconds to wait where there were too many, else 0. */
export function openRate({ perSecond, burst }: Rate = { perSecond: 20, burst: 100 }) {
  // So many in the time in which they are due on average.
  const limiter = new RateLimiterMemory({ points: burst, duration: burst / perSecond });
  return async (id: string, calls = 1): Promise<number> => {
    try {
      await limiter.consume(id, calls);
      return 0;
    } catch (spent) {
      if (!(spent instanceof RateLimiterRes)) throw spent;
      return Math.max(1, Math.ceil(spent.msBeforeNext / 1000));
    }
  };
}

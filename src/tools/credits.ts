/** Credits as people read them. */
export { formatCredits as shortCredits } from "../jobs/cost.ts";

import { z } from "zod";

/** JSON can name a number that is more than one can be counted with, such as 1e400. */

/** A length of time in a unit of a second or more, whose end is still a time. */
export const wireSpan = z.number().min(-1e11).max(1e11);

/** An amount of anything else: sums of them are numbers. */
export const wireAmount = z.number().min(-1e18).max(1e18);

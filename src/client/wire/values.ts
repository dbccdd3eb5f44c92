import { z } from "zod";

/** A time that exists. */
export const wireTime = z.string().refine((text) => !Number.isNaN(Date.parse(text)));

/** An amount of credits: a decimal; empty where it is unknown. */
export const wireCredits = z.string().regex(/^\s*(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)?\s*$/i);

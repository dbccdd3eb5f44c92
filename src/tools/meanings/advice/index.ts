import { CHANGING } from "./changing.ts";
import { READING } from "./reading.ts";
import { STARTING_ADVICE } from "./starting.ts";
import type { Advice } from "./values.ts";

export type { Advice };

/** The first that fits is said: those with a danger in them come first. */
export const ADVICE: readonly Advice[] = [...CHANGING, ...STARTING_ADVICE, ...READING];

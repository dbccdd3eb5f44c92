import type { Bench } from "../harness/row.ts";
import { answers } from "./answers.ts";
import { client } from "./client.ts";
import { compare } from "./compare.ts";
import { exec } from "./exec.ts";
import { growth } from "./growth.ts";
import { http } from "./http.ts";
import { httpMemory } from "./http-memory.ts";
import { logs } from "./logs.ts";
import { redaction } from "./redaction.ts";
import { report } from "./report.ts";
import { start } from "./start.ts";
import { status } from "./status.ts";
import { sweep } from "./sweep.ts";
import { watching } from "./watching.ts";

export const benches: readonly Bench[] = [
  ...start,
  ...status,
  ...logs,
  ...exec,
  ...redaction,
  ...watching,
  ...sweep,
  ...compare,
  ...report,
  ...http,
  ...httpMemory,
  ...client,
  ...answers,
  ...growth,
];

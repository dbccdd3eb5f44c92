import { failure } from "../../http/http-error.ts";
import type { Check } from "./check.ts";
import { DataError } from "./data-error.ts";

/** A body that passed its check. @throws {HttpError} 400 with the validator's text. Source: protocol reference 2.3. */
export function valid<T>(check: Check<T>, value: unknown): T {
  try {
    return check(value);
  } catch (error) {
    if (error instanceof DataError) throw failure(400, error.message);
    throw error;
  }
}

import { z } from "zod";

/** Pieces that several tools' answers share. */

/** A field that answers have and the list of tools does not show, where it would cost each session bytes. */
export function unlisted<T extends z.ZodType>(schema: T): T {
  return schema.meta({ unlisted: true });
}

/** The same for each of several keys. */
export function allUnlisted<Shape extends Record<string, z.ZodType>>(shape: Shape): Shape {
  const marked = Object.entries(shape).map(([name, schema]) => [name, unlisted(schema)]);
  // The same keys with the same schemas, but for the mark.
  return Object.fromEntries(marked) as Shape;
}

export const unlistedText = unlisted(z.string());
export const unlistedTexts = unlisted(z.array(z.string()));
export const unlistedMaybe = unlisted(z.string().optional());
/** Left out where it is not so. */
export const unlistedFlag = unlisted(z.boolean().optional());

/** Left out where there is none. */
export const unlistedCount = unlisted(z.int().optional());

/** The job that an answer is about; its id is listed where agents go on with it. */
export const whichJob = { job: unlistedText, id: unlistedText, owner: unlistedText, project: unlistedText };

/** What people run in a terminal. A file of its own in the bundle: of what is above it, only types. */

export { runDoctor } from "./doctor.ts";

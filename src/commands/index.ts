/** What people run in a terminal. A file of its own in the bundle: of what is above it, only types. */

export { runCall } from "./call.ts";
export { runCompletion } from "./completion.ts";
export { runDemo } from "./demo.ts";
export { runDoctor } from "./doctor.ts";
export { runSetup } from "./setup/index.ts";
export { runTools } from "./tools.ts";

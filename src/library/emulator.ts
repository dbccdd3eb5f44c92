/**
 * `apolo-jobs-mcp/emulator`: the platform on one machine, for tests and demonstrations.
 * @packageDocumentation
 */
export {
  type CannedLogFault,
  type Chaos,
  type ChaosRule,
  type Clock,
  type ClockRule,
  type Counting,
  type Emulator,
  type EmulatorOptions,
  type HoldFault,
  type JobFault,
  type JobRule,
  type LoseNodeFault,
  type Project,
  type RequestFault,
  type RequestRule,
  type Role,
  startEmulator,
  type Timing,
} from "../emulator/index.ts";

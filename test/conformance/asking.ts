import { randomBytes } from "node:crypto";
import {
  acceptedContent,
  CLIENT_CAPABILITIES_META_KEY,
  createRequestStateCodec,
  type ElicitRequestFormParams,
  type InputRequest,
  type InputRequests,
  type InputRequiredResult,
  inputRequired,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
} from "@modelcontextprotocol/server";

type Schema = ElicitRequestFormParams["requestedSchema"];
type Answers = Record<string, unknown>;
/** What a call comes to: what is still to be asked, or what was answered. */
type Round = InputRequiredResult | { answered: Answers };
type Asking = (context: ServerContext, args: Record<string, unknown>) => Round | Promise<Round>;

const state = createRequestStateCodec<number>({ key: randomBytes(32) });

const NAME = ask("What is your name?", { name: { type: "string" } });
const CONFIRM = ask("Please confirm", { ok: { type: "boolean" } });
const CAPITAL = sample("What is the capital of France?");
const STEPS: InputRequests[] = [
  { step1: ask("Step 1: What is your name?", { name: { type: "string" } }) },
  { step2: ask("Step 2: What is your favorite color?", { color: { type: "string" } }) },
];
const DEFAULTS: Schema["properties"] = {
  name: { type: "string", default: "John Doe" },
  age: { type: "integer", default: 30 },
  score: { type: "number", default: 95.5 },
  status: { type: "string", enum: ["active", "inactive", "pending"], default: "active" },
  verified: { type: "boolean", default: true },
};
const OPTIONS = ["option1", "option2", "option3"];
const TITLED = ["First", "Second", "Third"].map((name, at) => ({
  const: `value${at + 1}`,
  title: `${name} Option`,
}));
const ENUMS: Schema["properties"] = {
  untitledSingle: { type: "string", enum: OPTIONS },
  titledSingle: { type: "string", oneOf: TITLED },
  legacyEnum: {
    ...{ type: "string", enum: ["opt1", "opt2", "opt3"] },
    enumNames: ["Option One", "Option Two", "Option Three"],
  },
  untitledMulti: { type: "array", items: { type: "string", enum: OPTIONS } },
  titledMulti: { type: "array", items: { anyOf: TITLED } },
};

/** Tools that ask the client before they answer. In the older era the SDK puts the same questions while they wait. */
export const asking: Readonly<Record<string, Asking>> = {
  test_elicitation_sep1034_defaults: (context) => once(context, { user: ask("Defaults?", DEFAULTS) }),
  test_elicitation_sep1330_enums: (context) => once(context, { user: ask("Which?", ENUMS) }),
  test_sampling: (context, { prompt }) => once(context, { model: sample(String(prompt)) }),
  test_missing_capability: (context) => once(context, { model: CAPITAL }),
  test_input_required_result_elicitation: (context) => once(context, { user_name: NAME }),
  test_input_required_result_sampling: (context) => once(context, { capital_question: CAPITAL }),
  test_input_required_result_list_roots: (context) =>
    once(context, { client_roots: inputRequired.listRoots() }),
  test_input_required_result_capabilities: (context) => once(context, possible(context)),
  test_input_required_result_request_state: (context) => sealed(context, [{ confirm: CONFIRM }]),
  test_input_required_result_tampered_state: (context) => sealed(context, [{ confirm: CONFIRM }]),
  test_input_required_result_multiple_inputs: (context) =>
    sealed(context, [{ user_name: NAME, greeting: CAPITAL, client_roots: inputRequired.listRoots() }]),
  test_input_required_result_multi_round: (context) => sealed(context, STEPS),
};

/** The same for a prompt. */
export function askContext(context: ServerContext): Round {
  const text = "What context should the prompt use?";
  return once(context, { user_context: ask(text, { context: { type: "string" } }) });
}

function ask(message: string, properties: Schema["properties"]): InputRequest {
  const requestedSchema: Schema = { type: "object", properties, required: Object.keys(properties) };
  return inputRequired.elicit({ mode: "form", message, requestedSchema });
}

function sample(text: string): InputRequest {
  const messages = [{ role: "user" as const, content: { type: "text" as const, text } }];
  return inputRequired.createMessage({ messages, maxTokens: 100 });
}

function once({ mcpReq: { inputResponses = {} } }: ServerContext, inputRequests: InputRequests): Round {
  return isAnswered(inputRequests, inputResponses)
    ? { answered: inputResponses }
    : inputRequired({ inputRequests });
}

/** Asks in rounds; the client carries which one it is in, sealed. */
async function sealed(context: ServerContext, rounds: readonly InputRequests[]): Promise<Round> {
  const { inputResponses = {}, requestState } = context.mcpReq;
  const carried = requestState<string>();
  const asked = carried === undefined ? -1 : await unsealed(carried, context);
  const open = rounds[asked];
  const isDone = open === undefined || isAnswered(open, inputResponses);
  const at = isDone ? asked + 1 : asked;
  const next = rounds[at];
  if (next === undefined) return { answered: { ...inputResponses, state: "state-ok" } };
  return inputRequired({ inputRequests: next, requestState: await state.mint(at) });
}

/** The round that a client carries. */
async function unsealed(carried: string, context: ServerContext): Promise<number> {
  const round = await state.verify(carried, context).catch(() => undefined);
  if (round !== undefined) return round;
  throw new ProtocolError(ProtocolErrorCode.InvalidParams, "The request state is not the server's.");
}

function isAnswered(asked: InputRequests, answers: Answers): boolean {
  return Object.entries(asked).every(([key, { method }]) =>
    method === "elicitation/create"
      ? acceptedContent(answers, key) !== undefined
      : answers[key] !== undefined,
  );
}

/** Of all that can be asked, what the client says that it can answer. */
function possible({ mcpReq: { envelope } }: ServerContext): InputRequests {
  const declared = Object.entries(envelope ?? {}).find(([key]) => key === CLIENT_CAPABILITIES_META_KEY)?.[1];
  const kinds = Object.keys(declared ?? {});
  return {
    ...(kinds.includes("elicitation") ? { user_name: NAME } : {}),
    ...(kinds.includes("sampling") ? { greeting: CAPITAL } : {}),
  };
}

import { until } from "../harness/measure.ts";
import { Platform } from "../harness/platform.ts";
import { type Answer, Product } from "../harness/product.ts";
import type { Bench, Row } from "../harness/row.ts";

/** Of the platform vendor's own server 26.8.1, on an emulator with 20 jobs. */
const VENDOR = { list: 28_439, perTool: 15_882 / 14, status: 1827, tools: 97_549 };

/** What an agent has to read. */
export const answers: readonly Bench[] = [
  { rows: ["start", "list", "status", "failure", "tools", "tools-all"].map((name) => `bytes/${name}`), run },
];

async function run(): Promise<Row[]> {
  const platform = await Platform.open();
  const product = new Product(platform.told.passedConfig);
  try {
    const failing = await platform.start("sh -c 'echo reading data; echo out of memory >&2; exit 1'");
    for (let n = 0; n < 19; n += 1) await platform.start("sleep 60", { name: `train-${n}`, tags: ["bench"] });
    await until(async () => (await platform.status(failing)) === "failed");
    const started = await product.call("job_start", { image: "ubuntu", command: "sleep 60", name: "train" });
    const list = await product.call("job_list", {});
    const status = await product.call("job_status", { jobs: ["train"] });
    const failure = await product.call("job_status", { jobs: [failing] });
    const goal = { atMost: 0.1 * VENDOR.list };
    const against = `0.1 × its list of 20: ${VENDOR.list.toLocaleString("en-US")} B`;
    const row = (name: string, what: string, answer: Answer): Row => ({
      ...{ name: `bytes/${name}`, what: `${what} (${answer.bytes} B with data)`, against },
      ...{ value: textBytes(answer), unit: "B of text", goal },
    });
    return [
      row("start", "job_start", started),
      row("list", "job_list of 20", list),
      row("status", "job_status", status),
      row("failure", "job_status of a failed job", failure),
      ...(await toolRows(product)),
    ];
  } finally {
    await product.close();
    await platform.close();
  }
}

function textBytes({ result: { content = [] } }: Answer): number {
  return content.reduce((sum, { text = "" }) => sum + Buffer.byteLength(text), 0);
}

async function toolRows(product: Product): Promise<Row[]> {
  const { result, bytes } = await product.ask("tools/list");
  const count = Array.isArray(result.tools) ? result.tools.length : Number.NaN;
  return [
    {
      ...{
        name: "bytes/tools",
        what: `tools/list, by each of ${count} tools`,
        value: bytes / count,
        unit: "B",
      },
      against: `0.5 × its ${Math.round(VENDOR.perTool)} B`,
      goal: { atMost: 0.5 * VENDOR.perTool },
    },
    {
      name: "bytes/tools-all",
      what: "tools/list",
      against: `its ${VENDOR.tools.toLocaleString("en-US")} B`,
      value: bytes,
      unit: "B",
    },
  ];
}

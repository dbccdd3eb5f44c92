/**
 * The least that a reader of a list must do: cut it into lines and parse each, keeping none. Returns how many there
 * were; once `most` were read the rest is not waited for.
 */
export async function parseLines(
  body: AsyncIterable<Buffer>,
  most = Number.POSITIVE_INFINITY,
): Promise<number> {
  let [rest, seen] = ["", 0];
  for await (const chunk of body) {
    const lines = (rest + chunk.toString("utf8")).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (JSON.parse(line) !== null) seen += 1;
    // Leaving the loop ends the request.
    if (seen >= most) break;
  }
  return seen;
}

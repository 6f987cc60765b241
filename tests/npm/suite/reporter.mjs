// Says which test runs, so that one that hangs can be named: Node's own reporters tell of a test when it has ended. The lines are those
// of `deno test`.
import { relative } from "node:path";
import { inspect } from "node:util";

/** The suites and the test that run, the outermost first. */
const path = [];
let file;
/** The test whose line still waits for its result. */
let waiting;

function nameOf({ name, nesting }) {
  path.length = nesting;
  path[nesting] = name;
  return path.join(", ");
}

/** Ends the line of a test that something else comes after. */
function broken() {
  const end = waiting === undefined ? "" : "\n";
  waiting = undefined;
  return end;
}

function begin(data) {
  const name = nameOf(data);
  let text = broken();
  if (data.file !== undefined && data.file !== file) {
    file = data.file;
    text += `\nrunning tests from ${relative(process.cwd(), file)}\n`;
  }
  waiting = name;
  return `${text}${name} ...`;
}

function end(result, data) {
  const { details: { type, error, duration_ms: duration } } = data;
  const name = nameOf(data);
  // What a suite holds is told by itself.
  if (type === "suite" && (result !== "FAILED" || error.failureType === "subtestsFailed")) return "";
  const start = waiting === name ? "" : `${broken()}${name} ...`;
  waiting = undefined;
  const why = result === "FAILED" ? `${inspect(error.cause ?? error)}\n` : "";
  const skipped = typeof data.skip === "string" && data.skip !== "" ? `  skipped: ${data.skip}\n` : "";
  return `${start} ${result} (${Math.round(duration)}ms)\n${why}${skipped}`;
}

function told({ type, data }) {
  if (type === "test:dequeue") return begin(data);
  if (type === "test:pass") return end(data.skip === undefined ? "ok" : "ignored", data);
  if (type === "test:fail") return end("FAILED", data);
  if (type === "test:stdout" || type === "test:stderr") return `${broken()}  | ${data.message.trimEnd()}\n`;
  return "";
}

export default async function* report(source) {
  for await (const event of source) yield told(event);
}

/**
 * A command that writes its token to a log as often as it can, and does not listen to SIGTERM: the worst that
 * `democracy exec` can be given. The log's path is its argument.
 *
 * @module
 */

import { appendFileSync } from "node:fs";
import process from "node:process";
import { setInterval } from "node:timers";

const [, , log = ""] = process.argv;
process.on("SIGTERM", () => {});
setInterval(() => appendFileSync(log, `${process.env.DEMOCRACY_TOKEN} ${process.pid}\n`), 2);

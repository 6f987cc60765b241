/**
 * What the browser loads.
 *
 * @module
 */

import { start } from "./main.ts";

await start();

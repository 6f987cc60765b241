/**
 * The entry of the worker.
 *
 * @module
 */

import { bindUdp } from "../transport/udp.ts";
import { serve } from "./loop.ts";
import { parentPort } from "./port.ts";
import type { LoopCommand, LoopReport } from "./protocol.ts";

serve(parentPort<LoopReport, LoopCommand>(), bindUdp);

/**
 * The entry of the worker.
 *
 * @module
 */

import { bindUdp } from "../transport/udp.ts";
import { serve } from "./loop.ts";
import { parentPort } from "./port.ts";
import type { Order, Report } from "./protocol.ts";

serve(parentPort<Report, Order>(), bindUdp);

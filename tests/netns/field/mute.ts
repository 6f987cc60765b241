/**
 * A name server that says nothing.
 *
 * @module
 */

import { createSocket } from "node:dgram";

const socket = createSocket("udp4");
socket.bind(53, () => console.log("bound"));

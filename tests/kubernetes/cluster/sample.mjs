/**
 * Has a member tell what it believes, by the machine's clock, as lines of JSON in its log: while it leads every 20 ms, and once that it
 * leads no longer.
 *
 * @module
 */

import process from "node:process";

const PACE = 20;

/** Starts to sample. */
export function sample(democracy) {
  const tell = (event) => console.log(JSON.stringify({ at: Date.now(), pod: process.env.POD_NAME, ...event }));
  let led = false;
  const look = () => {
    const leads = democracy.isLeader();
    if (leads || led) tell({ leads });
    led = leads;
  };
  tell({ event: "start", source: process.env.POD_IP });
  setInterval(look, PACE);
  democracy.on("elected", ({ token }) => tell({ event: "elected", token }));
  democracy.on("resigned", ({ reason }) => tell({ event: "resigned", reason }));
  democracy.on("leader", (leader) => tell({ event: "leader", leader: leader?.id }));
  democracy.on("added", ({ id, source }) => tell({ event: "added", id, source }));
  democracy.on("removed", ({ id }) => tell({ event: "removed", id }));
  democracy.ready.then(() => tell({ event: "ready" }));
  process.once("SIGTERM", () => tell({ event: "SIGTERM" }));
  process.once("exit", () => tell({ event: "exit" }));
}

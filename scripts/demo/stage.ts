/**
 * The cluster as the demo shows it: a table that follows what the members say.
 *
 * @module
 */

import type { Cluster } from "../harness/cluster.ts";
import type { MemberProcess } from "../harness/member_process.ts";
import type { Screen } from "./screen.ts";
import { table } from "../harness/table.ts";

/** ms between two pictures, beside those at each change. */
const REFRESH = 100;

/** Shows a cluster on a screen. */
export class Stage {
  readonly #cluster: Cluster;
  readonly #screen: Screen;
  readonly #started = performance.now();
  readonly #clock: ReturnType<typeof setInterval>;
  #told = "";

  constructor(cluster: Cluster, screen: Screen) {
    this.#cluster = cluster;
    this.#screen = screen;
    this.#clock = setInterval(() => this.#show(), REFRESH);
    cluster.onChange = () => this.#show();
  }

  /** The show is over. */
  close(): void {
    clearInterval(this.#clock);
    this.#cluster.onChange = () => {};
    this.#screen.close();
  }

  /** Draws the table anew or, where there is no terminal, writes a line if another leads. */
  #show(): void {
    if (this.#screen.isLive) this.#draw();
    else this.#tell();
  }

  #draw(): void {
    const screen = this.#screen;
    const rows = this.#cluster.members.map((member, index) => this.#row(member, index));
    const [head = "", rule = "", ...lines] = table(
      ["member", "weight", "address", "state", "token", "sees"],
      rows,
    );
    const styled = lines.map((line, index) => {
      const member = this.#cluster.members[index];
      if (member === undefined || !member.answers) return screen.style("red", line);
      return member.status?.leads === true ? screen.style("green", line) : line;
    });
    const seconds = ((performance.now() - this.#started) / 1000).toFixed(1);
    screen.draw([
      "",
      screen.style("bold", head),
      screen.style("dim", rule),
      ...styled,
      screen.style("dim", `${seconds} s`),
    ]);
  }

  #row(member: MemberProcess, index: number): string[] {
    const { status, condition, answers } = member;
    const state = answers && status !== undefined ? status.leads ? "LEADER" : "citizen" : condition;
    const address = this.#cluster.addresses[index] ?? "";
    const token = answers && typeof status?.token === "number" ? String(status.token) : "";
    const sees = answers ? status?.members.join(" ") ?? "" : "";
    return [member.id, String(this.#cluster.weightOf(member)), address, state, token, sees];
  }

  #tell(): void {
    const text = this.#headline();
    if (text === this.#told) return;
    this.#told = text;
    const seconds = ((performance.now() - this.#started) / 1000).toFixed(1);
    this.#screen.print(`   ${seconds.padStart(5)} s  ${text}`);
  }

  #headline(): string {
    const cluster = this.#cluster;
    const leader = cluster.leader();
    if (leader !== undefined) {
      const { token, members } = leader.status ?? {};
      return `${leader.id} leads ${members?.join(" ")}, weight ${cluster.weightOf(leader)}, token ${token}`;
    }
    const followed = cluster.members.find(({ id, answers }) =>
      !answers && cluster.members.some((other) => other.answers && other.status?.leader === id)
    );
    return followed === undefined ? "nobody leads" : `${followed.id} is ${followed.condition}, the others follow it`;
  }
}

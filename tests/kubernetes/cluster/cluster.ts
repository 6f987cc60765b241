/**
 * The whole cluster, in the namespace of the control plane.
 *
 * @module
 */

import { sleep } from "../../../scripts/harness/waiting.ts";
import { nodeName } from "./addresses.ts";
import { Control } from "./control.ts";
import { startDns } from "./dns.ts";
import type { ClusterNetwork } from "./network.ts";
import { Node } from "./node.ts";
import { PodLogs } from "./pod_logs.ts";
import type { Programs } from "./programs.ts";

const NODE_PATIENCE = 120_000;

/** What a cluster is started with. */
export interface ClusterOptions {
  /** The beginning of all names that are the machine's. */
  readonly name: string;
  /** Where all files are. */
  readonly folder: string;
  readonly nodes: readonly number[];
  readonly programs: Programs;
  readonly images: readonly string[];
}

/** The name of a node's cgroups. */
export function cgroupOf(name: string, node: number): string {
  return `${name}_node${node}`;
}

/** A cluster that runs. */
export class Cluster {
  readonly control: Control;
  readonly network: ClusterNetwork;
  readonly logs: PodLogs;
  readonly #nodes: ReadonlyMap<number, Node>;

  private constructor(control: Control, network: ClusterNetwork, nodes: ReadonlyMap<number, Node>, logs: PodLogs) {
    this.control = control;
    this.network = network;
    this.logs = logs;
    this.#nodes = nodes;
  }

  /** Starts all of it, and waits until all nodes are ready. */
  static async start(options: ClusterOptions, network: ClusterNetwork): Promise<Cluster> {
    const { folder, nodes, programs, images, name } = options;
    const control = `${folder}/control`;
    await Deno.mkdir(control);
    const plane = await Control.start(control, programs, nodes);
    await startDns(control, programs);
    const folderOf = (node: number): string => `${folder}/${nodeName(node)}`;
    const started = await Promise.all(nodes.map(async (number) => {
      const cgroup = cgroupOf(name, number);
      const options = { number, namespace: network.node(number), cgroup, control, folder: folderOf(number), programs };
      return [number, await Node.start(options, images)] as const;
    }));
    const logs = new PodLogs(nodes.map((node) => Node.logsIn(folderOf(node))));
    const cluster = new Cluster(plane, network, new Map(started), logs);
    await cluster.#ready(nodes.length);
    return cluster;
  }

  /** The node of that name. */
  node(name: string): { readonly number: number; readonly node: Node } {
    const number = Number(name.replace("node", ""));
    const node = this.#nodes.get(number);
    if (node === undefined) throw new Error(`There is no node ${name}`);
    return { number, node };
  }

  async #ready(count: number): Promise<void> {
    const end = performance.now() + NODE_PATIENCE;
    while (await this.#readyNodes() < count) {
      if (performance.now() > end) throw new Error(`After ${NODE_PATIENCE} ms not all ${count} nodes are ready`);
      await sleep(500);
    }
  }

  async #readyNodes(): Promise<number> {
    const { items } = await this.control.admin.call("GET", "/api/v1/nodes") as unknown as {
      items: { status: { conditions?: { type: string; status: string }[] } }[];
    };
    return items.filter(({ status }) =>
      status.conditions?.some(({ type, status }) => type === "Ready" && status === "True")
    ).length;
  }
}
